import type { Contacts } from '#application/ports/contacts.ts'
import { stored } from './messages.ts'
import { change, type FakeState } from './state.ts'

export const fakeContactMerges = (state: FakeState): Pick<Contacts, 'lockWhole' | 'absorb'> => ({
  async lockWhole(accountId, ids) {
    return [...state.contacts.values()]
      .filter((contact) => contact.accountId === accountId && ids.includes(contact.id))
      .map(({ accountId: _, createdAt: __, ...contact }) => contact)
  },

  async absorb({ baseId, mergeeId, contact }) {
    const { additionalAttributes, customAttributes, ...rest } = stored(contact)
    for (const { id, contactId } of state.conversations.values()) {
      if (contactId !== mergeeId) continue
      change(state.conversations, id, { contactId: baseId })
      for (const message of state.messages.values())
        if (message.conversationId === id && message.author === 'contact' && message.authorId === mergeeId)
          change(state.messages, message.id, { authorId: baseId })
    }
    for (const { id, contactId, clientAccess } of state.contactInboxes.values())
      if (clientAccess === 'guest' && [baseId, mergeeId].includes(contactId)) change(state.contactInboxes, id, { clientAccess: 'apart' })
    for (const { id, contactId } of state.contactInboxes.values())
      if (contactId === mergeeId) change(state.contactInboxes, id, { contactId: baseId })
    const isBare = ![...state.avatars.values()].some(({ contactId }) => contactId === baseId)
    const theirs = [...state.avatars.values()].filter(({ contactId }) => contactId === mergeeId)
    for (const { id } of theirs) {
      if (isBare) change(state.avatars, id, { contactId: baseId })
      else state.avatars.delete(id)
    }
    state.contacts.delete(mergeeId)
    change(state.contacts, baseId, {
      ...rest,
      additionalAttributes: JSON.parse(JSON.stringify(additionalAttributes)),
      customAttributes: JSON.parse(JSON.stringify(customAttributes)),
    })
    return isBare ? [] : theirs.map(({ id, accountId }) => ({ accountId, kind: 'avatars' as const, id }))
  },
})
