import type { MessageStatus } from '#domain/message/status.ts'
import { type Duration, type Instant, minutes, seconds } from '#domain/shared/instant.ts'

/** How one call to the provider stands. `received` marks what came in: there is nothing to deliver. */
export type PartState = 'queued' | 'sending' | 'accepted' | 'refused' | 'uncertain' | 'held' | 'received'

/** What is not over yet: the provider has to be called, or an answer is missing. */
const unsettledStates: readonly PartState[] = ['queued', 'sending', 'uncertain', 'held']

export const isUnsettled = (state: PartState): boolean => unsettledStates.includes(state)

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

/** How long after its claim an uncertain part is looked for at the provider: before later messages go on, and before it is given up. */
const looks: readonly Duration[] = [uncertainPatience, minutes(2), minutes(5), uncertainLimit]

/** When an uncertain part is looked for next; soon, where the last look came late and did not end. */
export const nextLook = (claimedAt: Instant, now: Instant): Instant =>
  looks.map((after) => claimedAt + after).find((at) => at > now) ?? now + uncertainPatience

/** Has a sign of it been waited for long enough? */
export const isGivenUp = (claimedAt: Instant, now: Instant): boolean => now >= claimedAt + uncertainLimit

export interface UnsettledPart {
  readonly state: PartState
  readonly claimedAt: Instant | null
  /**
   * Queued: not to be tried before. Held: when to look whether it may leave; null: not by itself. Uncertain: when to look for it at
   * the provider; null once it is given up.
   */
  readonly dueAt: Instant | null
}

export type NextDelivery<Part> =
  | { readonly do: 'claim' | 'doubt' | 'look'; readonly part: Part }
  | { readonly do: 'wait'; readonly until: Instant }
  | { readonly do: 'rest' }

const nextForUncertain = <Part extends UnsettledPart>(part: Part, now: Instant): NextDelivery<Part> | undefined => {
  if (part.dueAt === null) return undefined
  if (now >= part.dueAt) return { do: 'look', part }
  const patientUntil = (part.claimedAt ?? now) + uncertainPatience
  return now < patientUntil ? { do: 'wait', until: Math.min(patientUntil, part.dueAt) } : undefined
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
