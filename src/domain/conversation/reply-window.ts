import { type Duration, hours, type Instant } from '#domain/shared/instant.ts'

/** How long after the customer's last message a channel lets a business answer, in ms. No limit where absent. */
export interface ReplyWindowRules {
  readonly standard?: Duration
  /** The longer window that only a human may use; present when the installation has it enabled. */
  readonly humanAgent?: Duration
}

/** The rules of a channel in an inbox for which a number of hours was chosen. */
export const inInbox = (rules: ReplyWindowRules, replyHours: number | null): ReplyWindowRules =>
  replyHours === null ? rules : { standard: hours(replyHours) }

export type ReplyWindow =
  | { readonly state: 'none'; readonly closesAt: null }
  | { readonly state: 'open' | 'human_agent' | 'closed'; readonly closesAt: Instant | null }

/**
 * Whether the business may write now. `lastIncomingAt` is the provider's time of the customer's last message; where there is
 * none yet, a channel with a window is closed: the customer has to write first.
 */
export const replyWindow = (rules: ReplyWindowRules, lastIncomingAt: Instant | null, now: Instant): ReplyWindow => {
  if (rules.standard === undefined) return { state: 'none', closesAt: null }
  if (lastIncomingAt === null) return { state: 'closed', closesAt: null }
  const standardEnd = lastIncomingAt + rules.standard
  if (now < standardEnd) return { state: 'open', closesAt: standardEnd }
  const humanEnd = rules.humanAgent === undefined ? standardEnd : lastIncomingAt + rules.humanAgent
  return now < humanEnd ? { state: 'human_agent', closesAt: humanEnd } : { state: 'closed', closesAt: humanEnd }
}

/** May this author write now? Outside the standard window only a human may, and only where that longer window is enabled. */
export const mayReply = (window: ReplyWindow, byHuman: boolean): boolean =>
  window.state === 'none' || window.state === 'open' || (window.state === 'human_agent' && byHuman)

/** The same for an answer to a comment, which may be written until then, whatever else was said. */
export const commentWindow = (until: Instant, now: Instant): ReplyWindow => ({ state: now < until ? 'open' : 'closed', closesAt: until })
