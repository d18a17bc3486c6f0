import { earliest, type Instant, latest } from '#domain/shared/instant.ts'

export type ConversationStatus = 'open' | 'resolved' | 'pending' | 'snoozed'

/** The clocks of a conversation that its messages move. */
export interface ConversationActivity {
  readonly status: ConversationStatus
  /** When its first message was written. */
  readonly startedAt: Instant
  readonly lastActivityAt: Instant
  readonly lastIncomingAt: Instant | null
  readonly lastReplyAt: Instant | null
  readonly firstReplyAt: Instant | null
  /** The customer's first message that no human has answered yet. */
  readonly waitingSince: Instant | null
  /** The customer has read what was written until then. */
  readonly readUntil: Instant | null
}

/**
 * The conversation that a contact's next message belongs to: the newest unresolved one, or the newest of any status in an
 * inbox locked to a single conversation. `newestFirst` holds all of that contact inbox; none fitting means a new one.
 */
export const currentConversation = <C extends { readonly status: ConversationStatus }>(
  newestFirst: readonly C[],
  lockedToSingle: boolean,
): C | undefined => (lockedToSingle ? newestFirst[0] : newestFirst.find((c) => c.status !== 'resolved'))

/** A new conversation as of its first message. One with a blocked contact starts resolved, so that it bothers nobody. */
export const newConversation = (at: Instant, contactBlocked: boolean): ConversationActivity => ({
  status: contactBlocked ? 'resolved' : 'open',
  startedAt: at,
  lastActivityAt: at,
  lastIncomingAt: null,
  lastReplyAt: null,
  firstReplyAt: null,
  waitingSince: null,
  readUntil: null,
})

/** The customer wrote at `at`. It reopens, unless the contact is blocked, and starts the wait, unless a later reply stands. */
export const afterIncoming = <C extends ConversationActivity>(conversation: C, at: Instant, contactBlocked: boolean): C => {
  const answered = conversation.lastReplyAt !== null && conversation.lastReplyAt >= at
  const asleep = conversation.status === 'resolved' || conversation.status === 'snoozed'
  return {
    ...conversation,
    status: asleep && !contactBlocked ? 'open' : conversation.status,
    startedAt: Math.min(conversation.startedAt, at),
    lastActivityAt: Math.max(conversation.lastActivityAt, at),
    lastIncomingAt: latest(conversation.lastIncomingAt, at),
    waitingSince: answered ? conversation.waitingSince : earliest(conversation.waitingSince, at),
  }
}

/** The business wrote at `at`. Only a human's answer ends the customer's wait. */
export const afterOutgoing = <C extends ConversationActivity>(conversation: C, at: Instant, byHuman: boolean): C => {
  const startedAt = Math.min(conversation.startedAt, at)
  const lastActivityAt = Math.max(conversation.lastActivityAt, at)
  if (!byHuman) return { ...conversation, startedAt, lastActivityAt }
  return {
    ...conversation,
    startedAt,
    lastActivityAt,
    lastReplyAt: latest(conversation.lastReplyAt, at),
    firstReplyAt: earliest(conversation.firstReplyAt, at),
    waitingSince: conversation.waitingSince !== null && conversation.waitingSince <= at ? null : conversation.waitingSince,
  }
}

/**
 * Something that was said before anybody here was to answer, found at the provider. It is shown in its place and counts for the reply
 * window, but it reopens nothing and starts no wait.
 */
export const afterPast = <C extends ConversationActivity>(conversation: C, at: Instant, byBusiness: boolean): C => ({
  ...conversation,
  startedAt: Math.min(conversation.startedAt, at),
  lastActivityAt: Math.max(conversation.lastActivityAt, at),
  lastIncomingAt: byBusiness ? conversation.lastIncomingAt : latest(conversation.lastIncomingAt, at),
  lastReplyAt: byBusiness ? latest(conversation.lastReplyAt, at) : conversation.lastReplyAt,
  firstReplyAt: byBusiness ? earliest(conversation.firstReplyAt, at) : conversation.firstReplyAt,
})

/**
 * An answer that came in late has ended a wait, but the customer wrote again after it: the new wait began with the first message
 * after the answer, which these clocks do not know. Answers the time after which to look for it.
 */
export const waitToLookUp = (before: ConversationActivity, after: ConversationActivity): Instant | undefined => {
  const ended = before.waitingSince !== null && after.waitingSince === null
  const { lastReplyAt, lastIncomingAt } = after
  return ended && lastReplyAt !== null && lastIncomingAt !== null && lastIncomingAt > lastReplyAt ? lastReplyAt : undefined
}

/** The customer has read everything that was written until `at`. */
export const afterRead = <C extends ConversationActivity>(conversation: C, at: Instant): C => ({
  ...conversation,
  readUntil: latest(conversation.readUntil, at),
})

/** Nothing is left to do in it. */
export const resolved = <C extends ConversationActivity>(conversation: C): C => ({ ...conversation, status: 'resolved' })
