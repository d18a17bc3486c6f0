import type { ContactView, ConversationFilter, ConversationView, Queries } from '#application/ports/queries.ts'
import { avatarOf } from './media.ts'
import { inRange, messagesOf } from './message-queries.ts'
import { compareText, pageOf } from './paging.ts'
import { existing, type FakeState } from './state.ts'

const contactOf = (state: FakeState, id: number): Omit<ContactView, 'contactInboxes'> => {
  const { accountId: _, ...contact } = existing(state.contacts, id, 'contact')
  return { ...contact, avatarId: avatarOf(state, id) }
}

const contactViewOf = (state: FakeState, id: number): ContactView => {
  const rows = [...state.contactInboxes.values()].filter(({ contactId }) => contactId === id)
  const contactInboxes = rows.map(({ id, sourceId, inboxId }) => {
    const { name, channel } = existing(state.inboxes, inboxId, 'inbox')
    return { id, sourceId, inboxId, inboxName: name, channel }
  })
  return { ...contactOf(state, id), contactInboxes }
}

const contactInboxOf = (state: FakeState, id: number): ConversationView['contactInbox'] => {
  const { sourceId, clientAccess } = existing(state.contactInboxes, id, 'contact inbox')
  return { id, sourceId, isProven: clientAccess === 'proven' }
}

export const conversationViewOf = (state: FakeState, id: number): ConversationView => {
  const row = existing(state.conversations, id, 'conversation')
  const { assigneeId, contactId, contactInboxId, startedAt, readUntil, lastReplyAt: _, ...conversation } = row
  const assignee = assigneeId === null ? undefined : existing(state.users, assigneeId, 'user')
  const messages = messagesOf(state, row.accountId, id)
  const unread = messages.filter(
    ({ type, createdAt }) => type === 'incoming' && createdAt > (row.agentLastSeenAt ?? Number.NEGATIVE_INFINITY),
  )
  return {
    ...conversation,
    createdAt: startedAt,
    contactLastSeenAt: readUntil,
    channel: existing(state.inboxes, row.inboxId, 'inbox').channel,
    replyHours: existing(state.inboxes, row.inboxId, 'inbox').replyHours,
    assignee: assignee === undefined ? null : { id: assignee.id, name: assignee.name, email: assignee.email },
    contact: contactOf(state, contactId),
    contactInbox: contactInboxOf(state, contactInboxId),
    unreadCount: Math.min(unread.length, 10),
    lastMessage: messages.at(-1) ?? null,
  }
}

const newestFirst = (a: ConversationView, b: ConversationView): number => b.lastActivityAt - a.lastActivityAt || b.id - a.id

const isAssigned = (view: ConversationView, assignee: ConversationFilter['assignee']): boolean => {
  if (assignee === undefined || assignee.type === 'all') return true
  if (assignee.type === 'me') return view.assignee?.id === assignee.userId
  return (assignee.type === 'assigned') === (view.assignee !== null)
}

const isFound = (contact: ContactView, search: string): boolean =>
  [contact.name, contact.email, contact.phoneNumber, contact.identifier].some((text) => text?.toLowerCase().includes(search.toLowerCase()))

type ConversationQueries = Pick<
  Queries,
  'conversations' | 'conversation' | 'thread' | 'contactConversations' | 'contactHistory' | 'contacts' | 'contact'
>

export const fakeConversationQueries = (state: () => FakeState): ConversationQueries => {
  const ofAccount = (accountId: number): ConversationView[] =>
    [...state().conversations.values()]
      .filter((row) => row.accountId === accountId)
      .map(({ id }) => conversationViewOf(state(), id))
      .toSorted(newestFirst)

  return {
    async conversations(accountId, { status, inboxId, sourceId, assignee, page }, me) {
      const found = ofAccount(accountId).filter(
        (view) =>
          (status === 'all' || view.status === status) &&
          (inboxId === undefined || view.inboxId === inboxId) &&
          (sourceId === undefined || view.contactInbox.sourceId === sourceId),
      )
      const assigned = found.filter((view) => view.assignee !== null).length
      const mine = found.filter((view) => me !== null && view.assignee?.id === me).length
      const counts = { mine, assigned, unassigned: found.length - assigned, all: found.length }
      return {
        counts,
        page: pageOf(
          found.filter((view) => isAssigned(view, assignee)),
          page,
          25,
        ),
      }
    },

    conversation: async (accountId, displayId) => ofAccount(accountId).find((view) => view.displayId === displayId),

    async thread(accountId, displayId, range) {
      const found = ofAccount(accountId).find((view) => view.displayId === displayId)
      if (!found) return undefined
      const { lastMessage: _, ...conversation } = found
      return { conversation, messages: inRange(messagesOf(state(), accountId, found.id), range) }
    },

    contactHistory: async (accountId, contactId, after) =>
      [...state().conversations.values()]
        .filter((each) => each.accountId === accountId && each.contactId === contactId && each.id > after)
        .toSorted((a, b) => a.id - b.id)
        .slice(0, 20)
        .map(({ id }) => conversationViewOf(state(), id)),

    contactConversations: async (accountId, contactId) =>
      ofAccount(accountId)
        .filter((view) => view.contact.id === contactId)
        .slice(0, 20),

    async contacts(accountId, page, search = '') {
      const all = [...state().contacts.values()].filter((contact) => contact.accountId === accountId)
      const found = all.map(({ id }) => contactViewOf(state(), id)).filter((contact) => search === '' || isFound(contact, search))
      return {
        count: found.length,
        page: pageOf(
          found.toSorted((a, b) => compareText(a.name, b.name) || a.id - b.id),
          page,
          15,
        ),
      }
    },

    contact: async (accountId, id) => (state().contacts.get(id)?.accountId === accountId ? contactViewOf(state(), id) : undefined),
  }
}
