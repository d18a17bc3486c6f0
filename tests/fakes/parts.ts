import type { Message, Messages, Part } from '#application/ports/messages.ts'
import { isUnsettled } from '#domain/message/delivery.ts'
import { change, existing, type FakeState } from './state.ts'

/** The unique constraint on external ids. */
export const refuseTaken = (state: FakeState, inboxId: number, externalId: string | null, but?: number): void => {
  if (externalId === null) return
  const taken = [...state.parts.values()].some((part) => part.inboxId === inboxId && part.externalId === externalId && part.id !== but)
  if (taken) throw new Error(`The external id ${externalId} is taken.`)
}

const inOrder = (a: Part, b: Part): number => a.messageId - b.messageId || a.position - b.position

const toPart = ({ error: _, ...part }: Part & { readonly error: unknown }): Part => part

/** A row without what only screens show. */
export const toMessage = (row: Message): Message => ({
  id: row.id,
  accountId: row.accountId,
  inboxId: row.inboxId,
  conversationId: row.conversationId,
  type: row.type,
  content: row.content,
  private: row.private,
  status: row.status,
  author: row.author,
  contentAttributes: row.contentAttributes,
  error: row.error,
  createdAt: row.createdAt,
})

export const fakeParts = (
  state: FakeState,
): Pick<
  Messages,
  'isCommentAnswered' | 'parts' | 'inDelivery' | 'conversationsInDelivery' | 'conversationsDue' | 'saveParts' | 'release'
> => {
  const all = (): Part[] => [...state.parts.values()].map(toPart).toSorted(inOrder)
  const unsettled = (): Part[] => all().filter((part) => isUnsettled(part.state))
  const conversationsOf = (parts: readonly Part[]) =>
    [...new Set(parts.map(({ conversationId }) => conversationId))]
      .toSorted((a, b) => a - b)
      .map((conversationId) => {
        const { accountId, inboxId } = existing(state.conversations, conversationId, 'conversation')
        return { accountId, inboxId, conversationId }
      })

  return {
    async isCommentAnswered(inboxId, commentId) {
      return all().some((part) => part.inboxId === inboxId && part.payload?.comment?.id === commentId)
    },

    async parts(messageId) {
      return all().filter((part) => part.messageId === messageId)
    },

    async inDelivery(conversationIds, messageIds) {
      const waiting = unsettled().filter((part) => conversationIds.includes(part.conversationId))
      const ids = new Set([...waiting.map(({ messageId }) => messageId), ...messageIds])
      return [...state.messages.values()]
        .filter(({ id }) => ids.has(id))
        .toSorted((a, b) => a.id - b.id)
        .map((message) => ({ ...toMessage(message), parts: all().filter(({ messageId }) => messageId === message.id) }))
    },

    async conversationsInDelivery(contactInboxIds) {
      return conversationsOf(unsettled())
        .map(({ conversationId }) => conversationId)
        .filter((id) => contactInboxIds.includes(existing(state.conversations, id, 'conversation').contactInboxId))
    },

    async conversationsDue({ dueBy, claimedBy }, after, limit) {
      const isDue = ({ state: standing, dueAt, claimedAt }: Part): boolean => {
        if (standing === 'sending') return (claimedAt ?? claimedBy) <= claimedBy
        return dueAt === null ? standing === 'queued' : dueAt <= dueBy
      }
      return conversationsOf(unsettled().filter((part) => isDue(part) && part.conversationId > after)).slice(0, limit)
    },

    async saveParts(parts) {
      for (const { part, error } of parts) {
        const { id, inboxId, content, payload, externalId, state: standing, attempts, dueAt, claimedAt } = part
        refuseTaken(state, inboxId, externalId, id)
        change(state.parts, id, { content, payload, externalId, state: standing, attempts, dueAt, claimedAt, error })
      }
    },

    async release(of) {
      const theirs = ({ inboxId }: Part): boolean =>
        'inboxId' in of ? inboxId === of.inboxId : existing(state.inboxes, inboxId, 'inbox').channel === of.channel
      const waits = (part: Part): boolean => part.state === 'held' || (part.state === 'queued' && part.dueAt !== null)
      const released = all().filter((part) => waits(part) && theirs(part))
      for (const { id } of released) change(state.parts, id, { state: 'queued', dueAt: null, claimedAt: null, error: null })
      return conversationsOf(released)
    },
  }
}
