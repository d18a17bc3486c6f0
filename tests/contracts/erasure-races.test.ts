import { describe, expect, test } from 'vitest'
import { createIds } from '#adapters/crypto/uuid-v7.ts'
import { createCarryOutErasure } from '#application/contacts/carry-out-erasure.ts'
import { createEraseContact } from '#application/contacts/erase-contact.ts'
import { createApplyEvents } from '#application/intake/apply-events.ts'
import type { ChannelEvent } from '#application/intake/channel-event.ts'
import { createProcessIntake } from '#application/intake/process-intake.ts'
import { createReadArrivals, createReadArrivalsIn } from '#application/intake/read-arrivals.ts'
import type { Channel } from '#application/ports/channel.ts'
import type { UnitOfWork } from '#application/ports/unit-of-work.ts'
import { plainMarks, renderTemplate, silent } from '../application/support.ts'
import { createFakeMediaStore } from '../fakes/media-store.ts'
import { commit, fresh, meet, noon, type Office, openOffice } from './scenario.ts'
import { postgresServers, type Subject, shared } from './subject.ts'

const clock = { now: () => noon }
/** So often they are erased, and write so many more after the last time. */
const times = 3
const afterwards = 20

const message = ({ channelKey }: Office, contactKey: string, n: number): ChannelEvent => ({
  kind: 'message-received',
  channel: 'instagram',
  accountKey: channelKey,
  contactKey,
  dedupeKey: fresh('message'),
  occurredAt: noon + n,
  payload: {
    externalId: fresh('mid'),
    text: String(n),
    attachments: [],
    replyTo: null,
    postback: null,
    referral: null,
    unsupported: false,
  },
})

/** A channel whose requests are events as they are. */
const channel: Channel = {
  kind: 'instagram',
  label: 'Instagram',
  chatwootType: 'Channel::Instagram',
  limits: { textBytes: 1000 },
  replyWindow: async () => ({}),
  webhook: {
    handshake: async () => undefined,
    verify: async () => true,
    isForeign: () => false,
    normalize: (body) => [JSON.parse(new TextDecoder().decode(body))],
  },
}
const common = { channels: new Map([[channel.kind, channel]]), ids: createIds(), clock, logger: silent, renderTemplate }

const bytesOf = (event: ChannelEvent): Uint8Array => new TextEncoder().encode(JSON.stringify(event))

const workerOf = ({ unitOfWork }: Subject) =>
  createProcessIntake({
    unitOfWork,
    readArrivals: createReadArrivals({ ...common, unitOfWork }),
    applyEvents: createApplyEvents({ ...common, personMarks: plainMarks }),
    settings: { read: async () => new Map() },
    clock,
    logger: silent,
  })

const eraserOf = ({ unitOfWork }: Pick<Subject, 'unitOfWork'>) =>
  createEraseContact({
    unitOfWork,
    personMarks: plainMarks,
    clock,
    readArrivals: createReadArrivals({ ...common, unitOfWork }),
    readArrivalsIn: createReadArrivalsIn(common),
  })

/** Tells when somebody begins to wait for the reader. */
const noticing = (unitOfWork: UnitOfWork, onWait: () => void): UnitOfWork => ({
  run: (work) =>
    unitOfWork.run((tx) => {
      const holdReader = async (): Promise<void> => {
        onWait()
        await tx.intake.holdReader()
      }
      return work({ ...tx, intake: { ...tx.intake, holdReader } })
    }),
})

/** What only shows where transactions really overlap. */
describe.each(postgresServers())('erasing someone who goes on writing: $name', ({ open }) => {
  const subject = shared(open)

  test('takes what came before also where much is unread and somebody else is reading', async () => {
    const office = await openOffice(subject())
    const { accountId } = office
    const sourceId = fresh('igsid')
    const { unitOfWork, intakeLog, queries } = subject()
    const someone = await meet(subject(), office, sourceId)
    const bodies = Array.from({ length: 1_200 }, (_, n) => bytesOf(message(office, sourceId, n)))
    await Promise.all(bodies.map((body) => intakeLog.append({ channel: 'instagram', receivedAt: noon, body })))
    const reading = Promise.withResolvers<void>()
    const holding = Promise.withResolvers<void>()
    const reader = commit(unitOfWork, async (tx) => {
      await tx.intake.holdReader()
      holding.resolve()
      await reading.promise
    })
    await holding.promise
    const eraseContact = eraserOf({ unitOfWork: noticing(unitOfWork, reading.resolve) })
    expect((await eraseContact({ accountId, contactId: someone.contactId })).ok).toBe(true)
    await reader
    while ((await workerOf(subject())()).settled > 0);
    expect((await queries.contacts(accountId, 1)).page).toEqual([])
  })

  test('takes all that came before and nothing that came after, and never makes two of them', async () => {
    const office = await openOffice(subject())
    const { accountId, inboxId } = office
    const sourceId = fresh('igsid')
    const { unitOfWork, queries, intakeLog } = subject()
    const eraseContact = eraserOf(subject())
    const carryOut = createCarryOutErasure({
      unitOfWork,
      mediaStore: createFakeMediaStore(),
      shredder: { shred: async () => {} },
      clock,
    })
    let written = 0
    let writing = true
    const write = async (): Promise<void> => {
      for (let rest = afterwards; rest > 0; written++) {
        await intakeLog.append({ channel: 'instagram', receivedAt: noon, body: bytesOf(message(office, sourceId, written)) })
        if (erasures === times) rest--
      }
      writing = false
    }
    const work = async (): Promise<void> => {
      const processIntake = workerOf(subject())
      while (writing) await processIntake()
      while ((await processIntake()).settled > 0);
    }
    /** Everything before `before` is gone for certain, everything from `from` on is there. */
    const last = { before: 0, from: 0 }
    let erasures = 0
    const erase = async (): Promise<void> => {
      while (erasures < times) {
        const someone = await commit(unitOfWork, (tx) => tx.contacts.newestInbox({ accountId, inboxId, contactId: undefined, sourceId }))
        const before = written
        const erased = someone && (await eraseContact({ accountId, contactId: someone.contactId }))
        if (!erased?.ok) continue
        Object.assign(last, { before, from: written + 1 })
        const job = (await subject().waitingJobs()).findLast(({ name }) => name === 'erase-contact')
        await carryOut({ erasureId: Number(job?.key) })
        erasures++
      }
    }
    await Promise.all([write(), work(), work(), erase()])
    while ((await workerOf(subject())()).settled > 0);

    const read = (conversationId: number, after: number) => queries.conversationHistory(accountId, conversationId, after)
    const { page: people } = await queries.contacts(accountId, 1)
    expect(people.length).toBeLessThanOrEqual(1)
    const contactId = people[0]?.id ?? 0
    const [conversation, ...more] = await queries.contactHistory(accountId, contactId, 0)
    expect(more).toEqual([])
    const numbers: number[] = []
    for (let page = await read(conversation?.id ?? 0, 0); page.length > 0; page = await read(conversation?.id ?? 0, page.at(-1)?.id ?? 0))
      numbers.push(...page.map(({ content }) => Number(content)))
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b))
    expect(numbers.filter((n) => n < last.before)).toEqual([])
    expect(Array.from({ length: written - last.from }, (_, n) => last.from + n).filter((n) => !numbers.includes(n))).toEqual([])
    expect(new Set(numbers).size).toBe(numbers.length)
    const states = (await queries.intakeCounts()).filter(({ state }) => state !== 'pending')
    expect(states).toEqual([])
    expect(await commit(unitOfWork, (tx) => tx.erasures.disownedMessages(1))).toEqual([])
  })
})
