import { expect, test } from 'vitest'
import type { ContactInbox } from '#application/ports/contacts.ts'
import type { Tx } from '#application/ports/unit-of-work.ts'
import { append, event } from './intake.contract.ts'
import { commit, detailsBy, fresh, incoming, meet, newConversation, noon, type Office, openOffice } from './scenario.ts'
import { type OpenSubject, shared } from './subject.ts'

export const erasuresContract = (open: OpenSubject): void => {
  const subject = shared(open)
  const run = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => commit(subject().unitOfWork, work)

  /** Someone who wrote one message with a picture. */
  const talk = async (someone: ContactInbox) => {
    const [conversation] = await run((tx) => tx.conversations.insert([newConversation(someone)]))
    if (!conversation) throw new Error('One was inserted.')
    const picture = { fileType: 'image', externalUrl: 'https://cdn.example/x', title: null, meta: {} }
    const [messageId] = await run((tx) => tx.messages.insert([incoming(conversation, noon, { attachments: [picture] })]))
    if (messageId === undefined) throw new Error('One was inserted.')
    return { someone, conversation, messageId }
  }

  const begin = ({ accountId, contactId }: ContactInbox) => run((tx) => tx.erasures.begin(accountId, contactId, noon))

  /** Deletes what is disowned; answers the messages that were. */
  const sweep = async (): Promise<number[]> => {
    const found = await run((tx) => tx.erasures.disownedMessages(100))
    await run((tx) => tx.erasures.deleteMessages(found.map(({ id }) => id)))
    await run(async (tx) => tx.erasures.deletePictures((await tx.erasures.disownedPictures(100)).map(({ id }) => id)))
    while ((await run((tx) => tx.erasures.deleteDisowned(2))) > 0);
    return found.map(({ id }) => id)
  }

  test('begin out of everybody’s sight: nothing finds the contact, and who writes next is somebody new', async () => {
    const office = await openOffice(subject())
    const { accountId, inboxId } = office
    const { someone, conversation, messageId } = await talk(await meet(subject(), office))
    const [attachment] = (await subject().queries.message(accountId, messageId))?.attachments ?? []
    const [avatar] = await run((tx) => tx.media.wantAvatars([{ ...someone, url: 'https://cdn.example/me', at: noon }]))
    if (!attachment || !avatar) throw new Error('They are there.')
    const media = [{ accountId, kind: 'attachments' as const, id: attachment.id }, avatar]
    const files = () => Promise.all(media.map((ref) => subject().queries.mediaFile(ref)))
    expect((await files()).map((file) => file?.state)).toEqual(['pending', 'pending'])
    const other = await talk(await meet(subject(), office))
    const { queries } = subject()
    expect(await run((tx) => tx.erasures.begin(accountId + 1_000_000, someone.contactId, noon))).toBeUndefined()
    expect(await begin(someone)).toEqual({ id: expect.any(Number), people: [{ inboxId, sourceId: someone.sourceId }] })
    expect(await begin(someone)).toBeUndefined()

    expect(await queries.contact(accountId, someone.contactId)).toBeUndefined()
    expect((await queries.contacts(accountId, 1)).page.map(({ id }) => id)).toEqual([other.someone.contactId])
    expect(await queries.conversation(accountId, conversation.displayId)).toBeUndefined()
    const listed = await queries.conversations(accountId, { status: 'all', page: 1 }, null)
    expect(listed.page.map(({ id }) => id)).toEqual([other.conversation.id])
    expect(listed.counts.all).toBe(1)
    expect(await queries.contactConversations(accountId, someone.contactId)).toEqual([])
    expect(await queries.thread(accountId, conversation.displayId, {})).toBeUndefined()
    expect(await queries.message(accountId, messageId)).toBeUndefined()
    expect(await files()).toEqual([undefined, undefined])
    expect(await run((tx) => tx.erasures.disownedPictures(10))).toEqual([avatar])
    await run(async (tx) => {
      expect(await tx.conversations.byId(accountId, conversation.id)).toBeUndefined()
      expect(await tx.conversations.byDisplayId(accountId, conversation.displayId)).toBeUndefined()
      expect(await tx.contacts.contactInbox(accountId, someone.id)).toBeUndefined()
      const { contactId, sourceId } = someone
      expect(await tx.contacts.newestInbox({ accountId, inboxId, contactId, sourceId })).toBeUndefined()
    })
    const again = await meet(subject(), office, someone.sourceId)
    expect(again.contactId).not.toBe(someone.contactId)
    expect(await queries.contactErasure(accountId, someone.contactId)).toEqual({ requestedAt: noon, completedAt: null })
    expect(await queries.contactErasure(accountId, again.contactId)).toBeUndefined()
    await sweep()
    expect((await queries.contacts(accountId, 1)).count).toBe(2)
  })

  test('end with nothing of them, and know only that they were', async () => {
    const office = await openOffice(subject())
    const { someone, messageId } = await talk(await meet(subject(), office))
    const { id } = (await begin(someone)) ?? { id: 0 }
    const { accountId, contactId } = someone
    const knownAs = [{ channel: 'instagram', accountKeys: [office.channelKey], contactKey: someone.sourceId }]
    expect(await run((tx) => tx.erasures.waiting(id))).toMatchObject({ id, accountId, contactId, knownAs, logRead: 0 })
    const [message, ...others] = await run((tx) => tx.erasures.disownedMessages(100))
    expect([message?.id, others]).toEqual([messageId, []])
    expect(message?.files).toEqual([{ accountId, kind: 'attachments', id: expect.any(Number) }])
    expect(await sweep()).toEqual([messageId])
    expect(await run((tx) => tx.erasures.disownedMessages(100))).toEqual([])
    await run((tx) => tx.erasures.noteRead(id, 5))
    expect(await run((tx) => tx.erasures.waiting(id))).toMatchObject({ logRead: 5 })
    await expect(run((tx) => tx.erasures.complete(id, noon + 1))).rejects.toThrow()
    await run((tx) => tx.erasures.forgetWho(id))
    expect(await run((tx) => tx.erasures.waiting(id))).toMatchObject({ knownAs: [] })
    await run((tx) => tx.erasures.complete(id, noon + 1))
    await run((tx) => tx.erasures.complete(id, noon + 2))
    expect(await run((tx) => tx.erasures.waiting(id))).toBeUndefined()
    expect(await subject().queries.contactErasure(accountId, contactId)).toEqual({ requestedAt: noon, completedAt: noon + 1 })
  })

  test('keep a mark of each person, with the last time when they were erased, in the inbox that it is about', async () => {
    const [{ accountId, inboxId }, other] = [await openOffice(subject()), await openOffice(subject())]
    const at = (mark: string, when: number, inbox = inboxId) => ({ accountId, inboxId: inbox, mark, at: when })
    const found = (...marks: string[]) => run((tx) => tx.erasures.erasedAt([inboxId, other.inboxId], marks))
    await run((tx) => tx.erasures.mark([]))
    await run((tx) => tx.erasures.mark([at('a', noon), at('b', noon + 1)]))
    await run((tx) => tx.erasures.mark([at('a', noon + 5), at('b', noon), at('c', noon)]))
    expect(await found('a', 'b', 'd')).toEqual(
      new Map([
        ['a', noon + 5],
        ['b', noon + 1],
      ]),
    )
    expect(await run((tx) => tx.erasures.erasedAt([other.inboxId], ['a']))).toEqual(new Map())
    expect(await found()).toEqual(new Map())
    expect(await run((tx) => tx.erasures.inboxesWithErased([other.inboxId, inboxId]))).toEqual([inboxId])
    expect(await run((tx) => tx.erasures.inboxesWithErased([]))).toEqual([])
  })

  test('take the people of one inbox, wholly where they are known in no other', async () => {
    const office = await openOffice(subject())
    const { accountId, inboxId, userId } = office
    const elsewhere = { accountId, name: 'Other', at: noon, channel: 'instagram', channelKey: fresh('key') }
    const other = (await run((tx) => tx.inboxes.insert(elsewhere, detailsBy(userId)))) ?? 0
    const there: Office = { ...office, inboxId: other }
    const [here, both, apart] = [await meet(subject(), office), await meet(subject(), office), await meet(subject(), there)]
    await run((tx) =>
      tx.contacts.enter({ accountId, contactId: both.contactId, inboxId: other, sourceId: fresh('igsid'), clientAccess: null, at: noon }),
    )
    const talks = [await talk(here), await talk(both), await talk(apart)]
    const disown = (limit: number, of = accountId) => run((tx) => tx.erasures.disownPeople(of, inboxId, limit))
    expect(await disown(10, accountId + 1_000_000)).toBe(0)
    expect([await disown(1), await disown(1), await disown(1)]).toEqual([1, 1, 0])
    expect(await sweep()).toEqual(talks.slice(0, 2).map(({ messageId }) => messageId))
    const left = (await subject().queries.contacts(accountId, 1)).page
    expect(left.map(({ id }) => id).toSorted()).toEqual([both.contactId, apart.contactId].toSorted())
    expect(left.every(({ contactInboxes }) => contactInboxes.every((entry) => entry.inboxId === other))).toBe(true)
    const threads = await Promise.all(talks.map(({ conversation }) => subject().queries.thread(accountId, conversation.displayId, {})))
    expect(threads.map((thread) => thread?.messages.length)).toEqual([undefined, undefined, 1])
  })

  test('take what waits in the intake log as applied, and leave what others wait for', async () => {
    const office = await openOffice(subject())
    const someone = await meet(subject(), office)
    const accountKey = office.channelKey
    await append(subject(), event(someone.sourceId, { accountKey }), event('bystander', { accountKey }))
    await begin(someone)
    const claimed = await run((tx) => tx.intake.claim(1000, noon))
    expect(claimed.filter((each) => each.accountKey === accountKey).map(({ contactKey }) => contactKey)).toEqual(['bystander'])
    await sweep()
  })

  test('find in the intake log what is theirs, span by span, and the bodies that it came in', async () => {
    const accountKey = fresh('account')
    const theirs = event('the-one', { accountKey })
    const nameless = { ...event('', { accountKey }), kind: 'unknown', payload: { raw: { from: { id: 'the-one' } }, why: 'x' } } as const
    await append(subject(), theirs, event('other', { accountKey }), nameless)
    await append(subject(), event('other', { accountKey }), event('the-one', { accountKey: fresh('elsewhere') }))
    await append(subject(), theirs)
    const mine = await run(async (tx) => (await tx.intake.claim(1000, noon)).filter((each) => each.accountKey === accountKey))
    await run((tx) => tx.intake.settle(mine.slice(0, 4).map(({ id }) => ({ id, outcome: { state: 'done' } }))))
    const [first, last] = [mine[0]?.id ?? 0, mine.at(-1)?.id ?? 0]
    const known = [{ channel: 'instagram', accountKeys: ['x', accountKey], contactKey: 'the-one' }]
    const forget = (after: number, limit: number) => run((tx) => tx.intake.forget(known, { after, until: last, limit }))
    const one = await forget(first - 1, 2)
    expect(one).toEqual({ read: mine[1]?.id, bodies: [expect.any(String)] })
    const two = await forget(one.read ?? 0, 100)
    expect(two).toEqual({ read: last, bodies: expect.arrayContaining([...one.bodies]) })
    expect(two.bodies).toHaveLength(2)
    expect(await forget(last, 100)).toEqual({ read: null, bodies: [] })
    const left = (await subject().queries.intakeEvents({ page: 1 })).page.filter((each) => each.accountKey === accountKey)
    expect(left.map(({ id }) => id).toSorted()).toEqual([mine[1]?.id, mine[3]?.id].toSorted())

    const [bodyId = ''] = one.bodies
    const body = () => run((tx) => tx.intake.body(bodyId))
    expect(await body()).toBeInstanceOf(Uint8Array)
    await run((tx) => tx.intake.rewriteBody(bodyId, Uint8Array.of(1, 2)))
    expect(await body()).toEqual(Uint8Array.of(1, 2))
    await run((tx) => tx.intake.rewriteBody(bodyId, null))
    expect(await body()).toBeUndefined()
    expect((await subject().queries.intakeEvent(mine[1]?.id ?? 0))?.body).toBeNull()
  })
}
