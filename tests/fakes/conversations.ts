import type { Conversation, Conversations, NewConversation } from '#application/ports/conversations.ts'
import { change, existing, type FakeState, nextId } from './state.ts'

const toConversation = (state: FakeState, row: Omit<Conversation, 'channel' | 'replyHours' | 'sourceId'>): Conversation => ({
  id: row.id,
  accountId: row.accountId,
  inboxId: row.inboxId,
  contactId: row.contactId,
  contactInboxId: row.contactInboxId,
  displayId: row.displayId,
  ...activity(row),
  channel: existing(state.inboxes, row.inboxId, 'inbox').channel,
  replyHours: existing(state.inboxes, row.inboxId, 'inbox').replyHours,
  sourceId: existing(state.contactInboxes, row.contactInboxId, 'contact inbox').sourceId,
})

const activity = (conversation: Omit<Conversation, 'channel' | 'replyHours' | 'sourceId'> | NewConversation) => {
  const { status, startedAt, lastActivityAt, lastIncomingAt, lastReplyAt, firstReplyAt, waitingSince, readUntil } = conversation
  return { status, startedAt, lastActivityAt, lastIncomingAt, lastReplyAt, firstReplyAt, waitingSince, readUntil }
}

const untouched = {
  priority: null,
  assigneeId: null,
  snoozedUntil: null,
  agentLastSeenAt: null,
  assigneeLastSeenAt: null,
  additionalAttributes: {},
  customAttributes: {},
}

const byId = (a: Conversation, b: Conversation): number => a.id - b.id

export const fakeConversations = (state: FakeState): Conversations => {
  const all = (): Conversation[] => [...state.conversations.values()].map((row) => toConversation(state, row)).toSorted(byId)

  const insert = (wanted: NewConversation): Conversation => {
    const account = existing(state.accounts, wanted.accountId, 'account')
    existing(state.inboxes, wanted.inboxId, 'inbox')
    existing(state.contacts, wanted.contactId, 'contact')
    existing(state.contactInboxes, wanted.contactInboxId, 'contact inbox')
    change(state.accounts, account.id, { nextDisplayId: account.nextDisplayId + 1 })
    const { seenUntil = null, ...given } = wanted
    const row = { ...untouched, ...given, agentLastSeenAt: seenUntil, id: nextId(state), displayId: account.nextDisplayId }
    state.conversations.set(row.id, row)
    return toConversation(state, row)
  }

  return {
    async candidates(contactInboxIds) {
      const theirs = all().filter(({ contactInboxId }) => contactInboxIds.includes(contactInboxId))
      const groups = [...Map.groupBy(theirs, ({ contactInboxId }) => contactInboxId).values()]
      const found = groups.flatMap((group) => [group.at(-1), group.findLast(({ status }) => status !== 'resolved')])
      return [...new Set(found)].filter((conversation) => conversation !== undefined).toSorted((a, b) => b.id - a.id)
    },

    async byId(accountId, id) {
      return all().find((conversation) => conversation.accountId === accountId && conversation.id === id)
    },

    async byIds(ids) {
      return all().filter(({ id }) => ids.includes(id))
    },

    async free(ids) {
      return all().filter(({ id }) => ids.includes(id))
    },

    async byDisplayId(accountId, displayId) {
      return all().find((conversation) => conversation.accountId === accountId && conversation.displayId === displayId)
    },

    async freeByDisplayId(refs) {
      return all().filter((each) => refs.some((ref) => ref.accountId === each.accountId && ref.displayId === each.displayId))
    },

    async insert(conversations) {
      return conversations.map(insert)
    },

    async saveActivity(conversations) {
      for (const conversation of conversations) {
        if (state.conversations.get(conversation.id)?.accountId !== conversation.accountId) continue
        change(state.conversations, conversation.id, activity(conversation))
      }
    },

    async noteSeen(accountId, id, by, at) {
      const row = state.conversations.get(id)
      if (row?.accountId !== accountId) return
      const seen = (before: number | null) => Math.max(before ?? at, at)
      change(state.conversations, id, { agentLastSeenAt: seen(row.agentLastSeenAt) })
      if (row.assigneeId === by) change(state.conversations, id, { assigneeLastSeenAt: seen(row.assigneeLastSeenAt) })
    },

    async firstIncomingAfter(conversationId, at) {
      const theirs = [...state.messages.values()].filter((m) => m.conversationId === conversationId && m.type === 'incoming')
      const times = theirs.map((message) => message.createdAt).filter((time) => time > at)
      return times.length === 0 ? null : Math.min(...times)
    },
  }
}
