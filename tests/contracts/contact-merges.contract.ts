import { expect, test } from 'vitest'
import { createMergeContacts } from '#application/contacts/merge-contacts.ts'
import type { ContactInbox } from '#application/ports/contacts.ts'
import type { Tx } from '#application/ports/unit-of-work.ts'
import { unknownPerson } from '../support/unknown-person.ts'
import { commit, detailsBy, fresh, incoming, meet, newConversation, noon, openOffice, textPart } from './scenario.ts'
import { type OpenSubject, shared } from './subject.ts'

export const contactMergesContract = (open: OpenSubject): void => {
  const subject = shared(open)
  const run = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => commit(subject().unitOfWork, work)
  const merge = (accountId: number, baseId: number, mergeeId: number) =>
    createMergeContacts({ unitOfWork: subject().unitOfWork })({ accountId, baseId, mergeeId })

  const said = async (someone: ContactInbox, userId: number, status: 'open' | 'resolved' = 'open') =>
    run(async (tx) => {
      const [conversation] = await tx.conversations.insert([newConversation(someone, { status })])
      const answer = { type: 'outgoing', author: 'user', authorId: userId, parts: [textPart(fresh('mid'), 'accepted')] } as const
      await tx.messages.insert([incoming(conversation!, noon), incoming(conversation!, noon + 1, answer)])
      return conversation!
    })

  test('all that one had is the other one’s, and who is written to in a conversation stays', async () => {
    const office = await openOffice(subject())
    const { accountId, userId } = office
    const inboxId = await run((tx) =>
      tx.inboxes.insert({ accountId, name: 'Other', at: noon, channel: 'instagram', channelKey: fresh('key') }, detailsBy(userId)),
    )
    const [ada, bob, bobElsewhere] = [
      await meet(subject(), office),
      await meet(subject(), office),
      await meet(subject(), { ...office, inboxId: inboxId! }),
    ]
    expect(await merge(accountId, bob.contactId, bobElsewhere.contactId)).toEqual({ ok: true, value: null })
    const everybody = [ada, bob, bob, { ...bobElsewhere, contactId: bob.contactId }]
    const conversations = await Promise.all(everybody.map((someone, n) => said(someone, userId, n === 2 ? 'resolved' : 'open')))
    await run((tx) => tx.contacts.noteActivity(new Map([[bob.contactId, noon + 7]])))
    expect(await merge(accountId, ada.contactId, bob.contactId)).toEqual({ ok: true, value: null })

    expect(await subject().queries.contact(accountId, bob.contactId)).toBeUndefined()
    const contact = await subject().queries.contact(accountId, ada.contactId)
    expect(contact).toMatchObject({ name: ada.name, lastActivityAt: noon + 7 })
    expect(contact?.contactInboxes.map(({ sourceId }) => sourceId)).toEqual([ada.sourceId, bob.sourceId, bobElsewhere.sourceId])
    const shown = await subject().queries.contactConversations(accountId, ada.contactId)
    const sources = new Map(shown.map(({ id, contactInbox }) => [id, contactInbox.sourceId]))
    expect(conversations.map(({ id }) => sources.get(id))).toEqual([ada.sourceId, bob.sourceId, bob.sourceId, bobElsewhere.sourceId])
    for (const { displayId } of conversations) {
      const thread = await subject().queries.thread(accountId, displayId, {})
      expect(thread?.messages.map(({ author, sender }) => [author, sender?.id])).toEqual([
        ['contact', ada.contactId],
        ['user', userId],
      ])
    }
    const again = await run((tx) =>
      tx.contacts.ensure([{ accountId, inboxId: office.inboxId, sourceId: bob.sourceId, name: 'x', at: noon }]),
    )
    expect(again).toMatchObject([{ id: bob.id, contactId: ada.contactId, name: ada.name }])
  })

  test('a picture goes over to a base that has none; otherwise it goes, and its file is removed', async () => {
    const office = await openOffice(subject())
    const { accountId } = office
    const [ada, bob, cem] = [await meet(subject(), office), await meet(subject(), office), await meet(subject(), office)]
    const picture = async ({ contactId }: ContactInbox) => {
      const [ref] = await run((tx) => tx.media.wantAvatars([{ accountId, contactId, url: 'https://cdn.example/x', at: noon }]))
      const item = ref && (await run((tx) => tx.media.find(ref)))
      if (!item) throw new Error('It is there.')
      const file = { contentType: 'image/png', size: 3, digest: 'abc' }
      await run((tx) => tx.media.save({ ...item, state: 'stored', dueAt: null }, file))
      return item.id
    }
    const shown = async () => (await subject().queries.contact(accountId, ada.contactId))?.avatarId
    const [ofBob, ofCem] = [await picture(bob), await picture(cem)]
    await merge(accountId, ada.contactId, bob.contactId)
    expect(await shown()).toBe(ofBob)
    const removals = async () => (await subject().waitingJobs()).filter(({ name }) => name === 'remove-media').map(({ payload }) => payload)
    expect(await removals()).not.toContainEqual({ keys: [`${accountId}/avatars/${ofBob}`] })
    await merge(accountId, ada.contactId, cem.contactId)
    expect(await shown()).toBe(ofBob)
    expect(await run((tx) => tx.media.known(accountId, 'avatars', [ofBob, ofCem]))).toEqual([ofBob])
    expect(await removals()).toContainEqual({ keys: [`${accountId}/avatars/${ofCem}`] })
  })

  test('addresses and attributes go over to a base that has none', async () => {
    const { accountId } = await openOffice(subject())
    const made = async (changes: object) => {
      const answer = await run((tx) => tx.contacts.insert({ accountId, name: '', at: noon, ...unknownPerson, ...changes }))
      if (!answer.ok) throw new Error(answer.error.code)
      return answer.value
    }
    const base = await made({ additionalAttributes: { social_profiles: { instagram: 'a' } } })
    const given = {
      ...{
        name: 'Bob',
        email: `${fresh('bob')}@x.test`,
        phoneNumber: '+4930125',
        identifier: fresh('crm'),
        avatarUrl: 'https://cdn/b.jpg',
      },
      ...{ additionalAttributes: { social_profiles: { instagram: 'b', x: 'b' } }, customAttributes: { plan: 'pro' } },
    }
    await merge(accountId, base, await made(given))
    expect(await subject().queries.contact(accountId, base)).toMatchObject({
      ...given,
      additionalAttributes: { social_profiles: { instagram: 'a', x: 'b' } },
    })
  })

  test('who proved nothing is set apart, on either side; what others were given stays', async () => {
    const office = await openOffice(subject())
    const { accountId, inboxId } = office
    const [ada, bob, eve] = [await meet(subject(), office), await meet(subject(), office), await meet(subject(), office)]
    const enter = async (contactId: number, clientAccess: 'guest' | 'known' | 'proven') => {
      const entry = { accountId, inboxId, contactId, sourceId: fresh('key'), clientAccess, at: noon }
      const entered = await run((tx) => tx.contacts.enter(entry))
      return entered.ok ? entered.value.id : 0
    }
    const ids = [
      ...[await enter(ada.contactId, 'guest'), await enter(ada.contactId, 'proven'), await enter(bob.contactId, 'guest')],
      ...[await enter(bob.contactId, 'known'), await enter(eve.contactId, 'guest'), ada.id],
    ]
    await merge(accountId, ada.contactId, bob.contactId)
    const accesses = ids.map((id) => run(async (tx) => (await tx.contacts.contactInbox(accountId, id))?.clientAccess))
    expect(await Promise.all(accesses)).toEqual(['apart', 'proven', 'apart', 'known', 'guest', null])
  })

  test('nobody is merged with somebody who is not there or of another account, and with oneself nothing changes', async () => {
    const [office, elsewhere] = [await openOffice(subject()), await openOffice(subject())]
    const { accountId } = office
    const [ada, eve] = [await meet(subject(), office), await meet(subject(), elsewhere)]
    const unknown = { ok: false, error: { code: 'contact.unknown' } }
    for (const [base, mergee] of [
      [ada.contactId, eve.contactId],
      [eve.contactId, ada.contactId],
      [ada.contactId, 987_654_321],
      [987_654_321, ada.contactId],
    ] as const)
      expect(await merge(accountId, base, mergee)).toEqual(unknown)
    const before = await subject().queries.contact(accountId, ada.contactId)
    expect(await merge(accountId, ada.contactId, ada.contactId)).toEqual({ ok: true, value: null })
    expect(await subject().queries.contact(accountId, ada.contactId)).toEqual(before)
    expect(await subject().queries.contact(elsewhere.accountId, eve.contactId)).toBeDefined()
  })

  test('10 who merge two into each other, either way, at once: one is left, with everything', async () => {
    const office = await openOffice(subject())
    const { accountId, userId } = office
    const [ada, bob] = [await meet(subject(), office), await meet(subject(), office)]
    const conversations = [await said(ada, userId), await said(bob, userId)]
    const merges = Array.from({ length: 10 }, (_, n) =>
      n % 2 ? merge(accountId, ada.contactId, bob.contactId) : merge(accountId, bob.contactId, ada.contactId),
    )
    expect((await Promise.all(merges)).filter(({ ok }) => ok)).toHaveLength(1)
    const { count, page } = await subject().queries.contacts(accountId, 1)
    expect(count).toBe(1)
    expect(page[0]?.contactInboxes).toHaveLength(2)
    const shown = await subject().queries.contactConversations(accountId, page[0]!.id)
    expect(shown.map(({ id }) => id).toSorted()).toEqual(conversations.map(({ id }) => id).toSorted())
  })
}
