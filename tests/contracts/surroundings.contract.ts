import { expect, test } from 'vitest'
import type { SpokenIn } from '#application/ports/surroundings.ts'
import { commit, converse, newConversation, noon, openOffice } from './scenario.ts'
import { type OpenSubject, shared } from './subject.ts'

export const surroundingsContract = (open: OpenSubject): void => {
  const subject = shared(open)
  const read = (...spoken: SpokenIn[]) => commit(subject().unitOfWork, (tx) => tx.surroundings.read(spoken))

  test('of each message where it is said, and by whom, in the order asked for', async () => {
    const [office, other] = [await openOffice(subject()), await openOffice(subject())]
    const { accountId, userId, inboxId } = office
    const one = await converse(subject(), office, { customAttributes: { order: 12, 'ö"': [null, '{{ x }}'] } })
    const two = await converse(subject(), other)
    const [first, second, again, stolen, none] = await read(
      { accountId, conversationId: one.id, userId },
      { accountId: other.accountId, conversationId: two.id, userId: null },
      { accountId, conversationId: one.id, userId: 999_999_999 },
      { accountId, conversationId: two.id, userId },
      { accountId, conversationId: 999_999_999, userId },
    )
    expect(first).toEqual({
      contact: { id: one.contactId, name: expect.stringContaining('Unknown (IG: '), email: null, phoneNumber: null, customAttributes: {} },
      conversation: { displayId: one.displayId, customAttributes: { order: 12, 'ö"': [null, '{{ x }}'] } },
      inbox: { id: inboxId, name: expect.any(String) },
      account: { id: accountId, name: expect.any(String) },
      agent: { id: userId, name: 'Ada', email: expect.stringContaining('@example.com') },
    })
    expect(second).toMatchObject({ contact: { id: two.contactId }, account: { id: other.accountId }, agent: null })
    expect(again).toEqual({ ...first, agent: null })
    expect([stolen, none, await read()]).toEqual([undefined, undefined, []])
  })

  test('what is known of the customer', async () => {
    const { accountId, inboxId } = await openOffice(subject())
    const known = { email: 'bo@x.test', phoneNumber: '+4912345', customAttributes: { size: 'M' } }
    const conversation = await commit(subject().unitOfWork, async (tx) => {
      const about = { identifier: null, blocked: false, avatarUrl: null, additionalAttributes: {}, accountId, at: noon }
      const made = await tx.contacts.insert({ name: 'bo', ...known, ...about })
      if (!made.ok) throw new Error(made.error.code)
      const someone = await tx.contacts.enter({
        accountId,
        contactId: made.value,
        inboxId,
        sourceId: `bo-${made.value}`,
        clientAccess: null,
        at: noon,
      })
      if (!someone.ok) throw new Error(someone.error.code)
      const [conversation] = await tx.conversations.insert([newConversation(someone.value)])
      return conversation
    })
    const [around] = await read({ accountId, conversationId: conversation?.id ?? 0, userId: null })
    expect(around?.contact).toEqual({ id: conversation?.contactId, name: 'bo', ...known })
  })
}
