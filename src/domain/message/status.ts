/** What a message's receipts prove so far. Chatwoot's four words, in our order. */
export type MessageStatus = 'sent' | 'failed' | 'delivered' | 'read'

const rank: Record<MessageStatus, number> = { sent: 0, failed: 1, delivered: 2, read: 3 }

/** A status only moves up. A receipt is proof, so it lifts even a message that we had called failed. */
export const advance = (from: MessageStatus, to: MessageStatus): MessageStatus => (rank[to] > rank[from] ? to : from)

/**
 * The statuses that a bulk receipt ("this and everything before it") may lift to `to`. Never `failed`: that the customer
 * read on says nothing about a message that did not arrive.
 */
export const liftedInBulkTo = (to: MessageStatus): readonly MessageStatus[] =>
  (['sent', 'delivered'] as const).filter((from) => advance(from, to) !== from)
