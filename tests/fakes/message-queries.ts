import type { Message, Part } from '#application/ports/messages.ts'
import type { MessageRange, MessageView, Queries } from '#application/ports/queries.ts'
import { avatarOf, toAttachment } from './media.ts'
import { toMessage } from './parts.ts'
import { existing, type FakeState } from './state.ts'

const byPosition = (a: MessageView, b: MessageView): number => a.createdAt - b.createdAt || a.id - b.id

const senderOf = (state: FakeState, id: number): MessageView['sender'] => {
  const { author, authorId, conversationId } = existing(state.messages, id, 'message')
  const { contactId } = existing(state.conversations, conversationId, 'conversation')
  if (author === 'user' && authorId !== null) {
    const user = state.users.get(authorId)
    return user === undefined ? null : { kind: 'user', id: user.id, name: user.name, email: user.email, avatarId: null }
  }
  const contact = author === 'contact' ? state.contacts.get(authorId ?? contactId) : undefined
  return contact === undefined
    ? null
    : { kind: 'contact', id: contact.id, name: contact.name, email: contact.email, avatarId: avatarOf(state, contact.id) }
}

const isAnsweredBy = (part: Part, { conversationId, contentAttributes }: Message): boolean =>
  part.conversationId === conversationId && part.externalId !== null && part.externalId === contentAttributes.in_reply_to_external_id

const viewOf = (state: FakeState, id: number): MessageView => {
  const row = existing(state.messages, id, 'message')
  const { conversationId, ...message } = toMessage(row)
  const parts = [...state.parts.values()].filter((part) => part.messageId === id).toSorted((a, b) => a.position - b.position)
  return {
    ...message,
    conversationDisplayId: existing(state.conversations, conversationId, 'conversation').displayId,
    contentType: row.contentType,
    sender: senderOf(state, id),
    inReplyTo: [...state.parts.values()].find((part) => isAnsweredBy(part, row))?.messageId ?? null,
    parts: parts.map(({ position, kind, externalId, state: standing }) => ({ position, kind, externalId, state: standing })),
    attachments: [...state.attachments.values()].filter((attachment) => attachment.messageId === id).map(toAttachment),
  }
}

const isOwned = (
  state: FakeState,
  { accountId, conversationId }: { readonly accountId: number; readonly conversationId: number },
): boolean => state.conversations.get(conversationId)?.accountId === accountId

/** All messages of a conversation, in order. */
export const messagesOf = (state: FakeState, accountId: number, conversationId: number): MessageView[] =>
  [...state.messages.values()]
    .filter((message) => message.accountId === accountId && message.conversationId === conversationId && isOwned(state, message))
    .map(({ id }) => viewOf(state, id))
    .toSorted(byPosition)

export const inRange = (
  all: readonly MessageView[],
  { before, after }: MessageRange,
  isSeen: (message: MessageView) => boolean = () => true,
): MessageView[] => {
  const end = all.findIndex(({ id }) => id === before)
  if (before !== undefined && end < 0) return []
  if (after !== undefined && !all.some(({ id }) => id === after)) return []
  const older = (before === undefined ? all : all.slice(0, end)).filter(isSeen)
  if (after === undefined) return older.slice(-20)
  const later = older.filter(({ id }) => id > after).toSorted((a, b) => a.id - b.id)
  return later.slice(0, before === undefined ? 100 : 1000).toSorted(byPosition)
}

export const fakeMessageQueries = (state: () => FakeState): Pick<Queries, 'message' | 'conversationHistory'> => ({
  conversationHistory: async (accountId, conversationId, after) =>
    messagesOf(state(), accountId, conversationId)
      .toSorted((a, b) => a.id - b.id)
      .filter(({ id }) => id > after)
      .slice(0, 200),
  async message(accountId, id) {
    const found = state().messages.get(id)
    return found?.accountId === accountId && isOwned(state(), found) ? viewOf(state(), id) : undefined
  },
})
