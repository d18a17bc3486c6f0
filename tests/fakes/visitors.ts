import type { MessageView } from '#application/ports/queries.ts'
import type { Visitor, VisitorConversationView, VisitorQueries } from '#application/ports/visitors.ts'
import { seesAll } from '#domain/contact/visitor.ts'
import { inRange, messagesOf } from './message-queries.ts'
import { existing, type FakeState } from './state.ts'

const isForCustomer = (message: MessageView): boolean => !message.private && message.type !== 'activity'

const conversationsOf = (state: FakeState, visitor: Visitor): VisitorConversationView[] => {
  const { accountId, inboxId, contactId, contactInboxId, access } = visitor
  return [...state.conversations.values()]
    .filter((row) => row.accountId === accountId && row.inboxId === inboxId)
    .filter((row) => (seesAll(access) ? row.contactId === contactId : row.contactInboxId === contactInboxId))
    .toSorted((a, b) => b.displayId - a.displayId)
    .map(({ id, displayId, uuid, status, readUntil, agentLastSeenAt }) => {
      const seen = messagesOf(state, accountId, id).filter(isForCustomer)
      return { id, displayId, uuid, inboxId, status, contactLastSeenAt: readUntil, agentLastSeenAt, messages: seen.slice(-20) }
    })
}

export const fakeVisitorQueries = (state: () => FakeState): VisitorQueries => ({
  async clientInbox(channels, identifier) {
    const found = [...state().connections].find(
      ([, each]) => channels.includes(each.channel) && each.channelKey === identifier && each.state !== 'disconnected',
    )
    if (!found) return undefined
    const [inboxId] = found
    const { accountId, name, templates, hmacMandatory } = existing(state().inboxes, inboxId, 'inbox')
    return { accountId, inboxId, identifier, name, templates, hmacMandatory }
  },

  async visitor({ accountId, inboxId }, sourceId) {
    const row = [...state().contactInboxes.values()].find(
      (each) => each.accountId === accountId && each.inboxId === inboxId && each.sourceId === sourceId,
    )
    if (!row?.clientAccess) return undefined
    const { id: contactInboxId, contactId, clientAccess: access } = row
    const { name, email, phoneNumber, identifier, additionalAttributes, createdAt } = existing(state().contacts, contactId, 'contact')
    const contact = { name, email, phoneNumber, identifier, additionalAttributes, createdAt }
    return { accountId, inboxId, contactId, contactInboxId, sourceId, access, contact }
  },

  visitorConversations: async (visitor, before = Number.POSITIVE_INFINITY) =>
    conversationsOf(state(), visitor)
      .filter(({ displayId }) => displayId < before)
      .slice(0, 20),

  visitorConversation: async (visitor, displayId) => conversationsOf(state(), visitor).find((each) => each.displayId === displayId),

  hasConversation: async (visitor, displayId) => conversationsOf(state(), visitor).some((each) => each.displayId === displayId),

  visitorMessages: async (visitor, displayId, range) => {
    const found = conversationsOf(state(), visitor).find((each) => each.displayId === displayId)
    return found ? inRange(messagesOf(state(), visitor.accountId, found.id), range, isForCustomer) : []
  },
})
