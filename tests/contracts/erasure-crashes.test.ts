import { describe, expect, test } from 'vitest'
import { createCarryOutErasure } from '#application/contacts/carry-out-erasure.ts'
import { keyOf } from '#application/media/media-job.ts'
import type { MediaStore } from '#application/ports/media-store.ts'
import type { Tx } from '#application/ports/unit-of-work.ts'
import { Crash } from '../application/delivery-scene.ts'
import { createLines, mortal } from '../application/mortal.ts'
import { createFakeMediaStore } from '../fakes/media-store.ts'
import { event } from './intake.contract.ts'
import { commit, fresh, incoming, meet, newConversation, noon, openOffice, storeEvents } from './scenario.ts'
import { implementations, postgresServers, type Subject, shared } from './subject.ts'

const clock = { now: () => noon }
const picture = { fileType: 'image', externalUrl: 'https://cdn.example/x', title: null, meta: {} }

/** Someone with a message, a picture in it, a picture of their own, and a webhook that tells of somebody else too, out of sight. */
const begin = async (subject: Subject) => {
  const { unitOfWork, queries } = subject
  const run = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => commit(unitOfWork, work)
  const office = await openOffice(subject)
  const { accountId, channelKey: accountKey } = office
  const someone = await meet(subject, office)
  const [conversation] = await run((tx) => tx.conversations.insert([newConversation(someone)]))
  if (!conversation) throw new Error('One was inserted.')
  const [messageId = 0] = await run((tx) => tx.messages.insert([incoming(conversation, noon, { attachments: [picture] })]))
  const [attachment] = (await queries.message(accountId, messageId))?.attachments ?? []
  const [avatar] = await run((tx) => tx.media.wantAvatars([{ ...someone, url: 'https://cdn.example/me', at: noon }]))
  if (!attachment || !avatar) throw new Error('They are there.')
  const bystander = fresh('bystander')
  const body = new TextEncoder().encode(JSON.stringify({ entry: [{ from: someone.sourceId }, { from: bystander }] }))
  await storeEvents(unitOfWork, [event(someone.sourceId, { accountKey }), event(bystander, { accountKey })], { body })
  const begun = await run((tx) => tx.erasures.begin(accountId, someone.contactId, noon))
  const files = [keyOf({ accountId, kind: 'attachments', id: attachment.id }), keyOf(avatar)]
  const left = async () => {
    const [mine] = (await queries.intakeEvents({ page: 1 })).page.filter((each) => each.accountKey === accountKey)
    const log = await queries.intakeEvent(mine?.id ?? 0)
    return {
      erasure: await queries.contactErasure(accountId, someone.contactId),
      disowned: await run((tx) => tx.erasures.disownedMessages(1)),
      pictures: await run((tx) => tx.erasures.disownedPictures(1)),
      body: new TextDecoder().decode(log?.body ?? new Uint8Array()),
    }
  }
  return { erasureId: begun?.id ?? 0, files, left, bystander }
}

const [firstServer] = postgresServers()
const chosen = implementations().filter(({ name }) => name === 'fake' || name === firstServer?.name)

describe.each(chosen)('an erasure that dies: $name', ({ open }) => {
  const subject = shared(open)

  test('at any line goes on where it was, and ends with nothing left', { timeout: 120_000 }, async () => {
    const store = createFakeMediaStore()
    let died = 0
    for (let fatal = 0; ; fatal++) {
      const { erasureId, files, left, bystander } = await begin(subject())
      for (const key of files) await store.put(key, new Blob(['x']).stream())
      const { lines, pass } = createLines(fatal)
      lines.armed = true
      const remove: MediaStore['remove'] = async (keys) => {
        await pass('here')
        await store.remove(keys)
        await pass('here')
      }
      const carryOut = createCarryOutErasure({
        unitOfWork: mortal(pass)(subject().unitOfWork),
        mediaStore: { ...store, remove },
        shredder: { shred: () => pass('here') },
        clock,
      })
      const isDead = await carryOut({ erasureId }).then(
        () => false,
        (error: unknown) => error instanceof Crash,
      )
      if (isDead) died++
      lines.armed = false
      await carryOut({ erasureId })
      expect(await left(), `after line ${fatal}`).toEqual({
        erasure: { requestedAt: noon, completedAt: noon },
        disowned: [],
        pictures: [],
        body: JSON.stringify({ entry: [{ from: bystander }] }),
      })
      expect([...store.files.keys()]).toEqual([])
      if (!isDead) break
    }
    expect(died).toBeGreaterThan(25)
  })
})
