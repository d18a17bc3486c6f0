import { describe, expect, test } from 'vitest'
import { createIds } from '#adapters/crypto/uuid-v7.ts'
import { createCarryOutErasure } from '#application/contacts/carry-out-erasure.ts'
import { createEraseContact } from '#application/contacts/erase-contact.ts'
import { createApplyEvents } from '#application/intake/apply-events.ts'
import type { ChannelEvent } from '#application/intake/channel-event.ts'
import { createProcessIntake } from '#application/intake/process-intake.ts'
import { createReadArrivals, createReadArrivalsIn } from '#application/intake/read-arrivals.ts'
import type { Channel } from '#application/ports/channel.ts'
import { plainMarks, renderTemplate, silent } from '../application/support.ts'
import { createFakeMediaStore } from '../fakes/media-store.ts'
import { commit, fresh, noon, type Office, openOffice } from './scenario.ts'
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
    readArrivalsIn: createReadArrivalsIn(common),
    applyEvents: createApplyEvents({ ...common, personMarks: plainMarks }),
    settings: { read: async () => new Map() },
    clock,
    logger: silent,
  })

/** What only shows where transactions really overlap. */
describe.each(postgresServers())('erasing someone who goes on writing: $name', ({ open }) => {
  const subject = shared(open)

  test('takes all that came before and nothing that came after, and never makes two of them', async () => {
    const office = await openOffice(subject())
    const { accountId, inboxId } = office
    const sourceId = fresh('igsid')
    const { unitOfWork, queries, intakeLog } = subject()
    const eraseContact = createEraseContact({
      unitOfWork,
      personMarks: plainMarks,
      clock,
      readArrivals: createReadArrivals({ ...common, unitOfWork }),
      readArrivalsIn: createReadArrivalsIn(common),
    })
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
