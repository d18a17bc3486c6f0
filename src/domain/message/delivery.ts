import type { MessageStatus } from '#domain/message/status.ts'
import { type Duration, type Instant, minutes, seconds } from '#domain/shared/instant.ts'

/** How one call to the provider stands. `received` marks what came in: there is nothing to deliver. */
export type PartState = 'queued' | 'sending' | 'accepted' | 'refused' | 'uncertain' | 'held' | 'received'

/** What the parts of one message say together. */
export type DeliveryState = PartState

/** From the most to the least telling: the first of these that any part has is the message's. */
const telling: readonly PartState[] = ['refused', 'uncertain', 'held', 'sending', 'queued']

/** The state of a whole message: a fold over its parts. Some parts gone and some still waiting is `sending`. */
export const deliveryOf = (parts: readonly PartState[]): DeliveryState => {
  const state = telling.find((candidate) => parts.includes(candidate))
  if (state === 'queued' && parts.includes('accepted')) return 'sending'
  return state ?? (parts.includes('accepted') ? 'accepted' : 'received')
}

/** The status that a delivery justifies by itself; receipts may lift it further. */
export const statusOf = (delivery: DeliveryState): MessageStatus => (delivery === 'refused' ? 'failed' : 'sent')

/** A claim older than this belongs to a worker that died: what it did is unknown. Longer than any call may take. */
export const claimLease: Duration = seconds(90)

/** How long later messages wait for one that may or may not have arrived. */
export const uncertainPatience: Duration = seconds(30)

/** After this an uncertain part is called failed, for a person to decide. A late echo or receipt still lifts it. */
export const uncertainLimit: Duration = minutes(10)

export interface UnsettledPart {
  readonly state: PartState
  readonly claimedAt: Instant | null
  /**
   * Queued: not to be tried before. Held: when to look whether it may leave; null: not by itself. Uncertain: when to stop waiting
   * for a sign; null once that was done.
   */
  readonly dueAt: Instant | null
}

export type NextDelivery<Part> =
  | { readonly do: 'claim' | 'doubt' | 'give-up'; readonly part: Part }
  | { readonly do: 'wait'; readonly until: Instant }
  | { readonly do: 'rest' }

const nextForUncertain = <Part extends UnsettledPart>(part: Part, now: Instant): NextDelivery<Part> | undefined => {
  if (part.dueAt === null) return undefined
  if (now >= part.dueAt) return { do: 'give-up', part }
  const patientUntil = (part.claimedAt ?? now) + uncertainPatience
  return now < patientUntil ? { do: 'wait', until: patientUntil } : undefined
}

/**
 * What to do next in a conversation, given its unsettled parts in order. One part is in flight at a time, and none overtakes
 * another, except one that has been uncertain for longer than `uncertainPatience`.
 */
export const nextDelivery = <Part extends UnsettledPart>(parts: readonly Part[], now: Instant): NextDelivery<Part> => {
  for (const part of parts) {
    const leaseEnd = (part.claimedAt ?? now) + claimLease
    if (part.state === 'held' && part.dueAt === null) return { do: 'rest' }
    if (part.state === 'sending') return now >= leaseEnd ? { do: 'doubt', part } : { do: 'wait', until: leaseEnd }
    if (part.state !== 'uncertain') return (part.dueAt ?? now) > now ? { do: 'wait', until: part.dueAt ?? now } : { do: 'claim', part }
    const uncertain = nextForUncertain(part, now)
    if (uncertain) return uncertain
  }
  const ends = parts.flatMap((part) => (part.state === 'uncertain' && part.dueAt !== null ? [part.dueAt] : []))
  return ends.length === 0 ? { do: 'rest' } : { do: 'wait', until: Math.min(...ends) }
}
