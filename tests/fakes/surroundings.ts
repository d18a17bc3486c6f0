import type { SurroundingsOf } from '#application/ports/surroundings.ts'
import { existing, type FakeState } from './state.ts'

export const fakeSurroundings = (state: FakeState): SurroundingsOf => ({
  async read(spoken) {
    return spoken.map(({ accountId, conversationId, userId }) => {
      const conversation = state.conversations.get(conversationId)
      if (conversation?.accountId !== accountId) return undefined
      const { id, name, email, phoneNumber, customAttributes } = existing(state.contacts, conversation.contactId, 'contact')
      const inbox = existing(state.inboxes, conversation.inboxId, 'inbox')
      const user = userId === null ? undefined : state.users.get(userId)
      return {
        contact: { id, name, email, phoneNumber, customAttributes },
        conversation: { displayId: conversation.displayId, customAttributes: conversation.customAttributes },
        inbox: { id: conversation.inboxId, name: inbox.name },
        account: { id: accountId, name: existing(state.accounts, accountId, 'account').name },
        agent: user && userId !== null ? { id: userId, name: user.name, email: user.email } : null,
      }
    })
  },
})
