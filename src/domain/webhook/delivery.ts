import { type Duration, hours, type Instant, minutes, seconds } from '#domain/shared/instant.ts'

/** How long to wait after each failure until the same is sent again; after one more it is given up. The ladder of Standard Webhooks. */
export const retryWaits: readonly Duration[] = [
  seconds(5),
  minutes(5),
  minutes(30),
  hours(2),
  hours(5),
  hours(10),
  hours(14),
  hours(20),
  hours(24),
]

/** An address that says nothing for so long has not answered. */
export const callTime: Duration = seconds(15)

/** A claim that is older belongs to a worker that died. Longer than any call may take. */
export const deliveryLease: Duration = seconds(60)

/** However long an address wants to rest, it is called again after this. */
const longestRest = hours(24)

/** When to send again what failed for the `attempts`th time, not before the address wants it; null: never. */
export const nextAttempt = (attempts: number, now: Instant, retryAfter: Duration = 0): Instant | null => {
  const wait = retryWaits[Math.max(1, attempts) - 1]
  return wait === undefined ? null : now + Math.max(wait, Math.min(retryAfter, longestRest))
}

/** Somebody who types does not do so for long: what was not told by then needs no telling. */
export const fleetingTime: Duration = seconds(20)

/** What became of a call. */
export type Heard =
  | { readonly is: 'answered'; readonly status: number; readonly retryAfter?: Duration }
  | { readonly is: 'silence' }
  /** Nobody was called, because of a mistake on our side. */
  | { readonly is: 'broken' }
  /** It is not an address that may be called. */
  | { readonly is: 'forbidden' }
  /** Nobody was called: it is over by now. */
  | { readonly is: 'too-late' }
  /** Nobody was called: the address said before that it is gone. */
  | { readonly is: 'known-gone' }
  /** Nobody was called: the inbox has no address any more. */
  | { readonly is: 'nowhere' }

export type Verdict =
  | { readonly is: 'delivered' }
  | { readonly is: 'later'; readonly at: Instant }
  /** `isGone`: nothing is to be sent to this address any more. */
  | { readonly is: 'failed'; readonly isGone: boolean }

const gone = 410

/**
 * What follows for something that was sent for the `attempts`th time. A redirect is not followed: it is no success. What is fleeting is
 * not sent again.
 */
export const judge = (heard: Heard, attempts: number, now: Instant, isFleeting = false): Verdict => {
  if (heard.is === 'answered' && heard.status >= 200 && heard.status <= 299) return { is: 'delivered' }
  if (heard.is === 'answered' && heard.status === gone) return { is: 'failed', isGone: true }
  const mayPass = heard.is === 'answered' || heard.is === 'silence' || heard.is === 'broken'
  const at = mayPass && !isFleeting ? nextAttempt(attempts, now, heard.is === 'answered' ? heard.retryAfter : undefined) : null
  return at === null ? { is: 'failed', isGone: false } : { is: 'later', at }
}
