import { spread } from '#domain/shared/hash.ts'
import type { InboxId } from '#domain/shared/ids.ts'
import { type Duration, days, hours, type Instant, minutes } from '#domain/shared/instant.ts'

/** From when to when a token is good. Its age counts from `issuedAt` and from nothing else. */
export interface Lifetime {
  readonly issuedAt: Instant
  readonly expiresAt: Instant
  /** Nobody told when it ends: it is refreshed as soon as it may be, for then that is told. */
  readonly isAssumed?: boolean
}

export interface Credential extends Omit<Lifetime, 'isAssumed'> {
  /** When to refresh it, or to try that again; its end, where no further try fits into its life. */
  readonly refreshAt: Instant
  /** Refreshes in a row that came to nothing. The token itself works on. */
  readonly failures: number
  /** For how few days it was said last to live on, where people had to be warned. */
  readonly warnedDays: number | null
}

/** People are warned of a token that cannot be refreshed when it lives so many days more. */
const warnings: readonly number[] = [1, 3, 7]

/** The warning that is due, or the one that was given last. */
const warned = ({ expiresAt, warnedDays }: Credential, now: Instant): number | null => {
  const due = warnings.find((each) => expiresAt - now <= days(each)) ?? null
  return due === null || (warnedDays !== null && warnedDays <= due) ? warnedDays : due
}

/** Instagram refreshes no token that is younger (developers.facebook.com, Instagram API with Instagram Login, refresh_access_token). */
const youngest: Duration = hours(24)

/** Tokens that were issued together are refreshed up to so long before half of their life, each at a time of its own. */
const earliness: Duration = days(1)

const firstRetry: Duration = hours(1)
const longestRetry: Duration = days(1)
const shortestRetry: Duration = minutes(10)

/** What spreads the refreshes of inboxes. */
export const refreshKey = (inboxId: InboxId): string => `inbox ${inboxId}`

/** A token just issued: due at half of its life, or a little before. `key` spreads those that were issued together. */
export const issued = ({ issuedAt, expiresAt, isAssumed = false }: Lifetime, key: string): Credential => {
  const half = isAssumed ? issuedAt : issuedAt + Math.floor((expiresAt - issuedAt) / 2)
  const due = Math.max(half - spread(key, earliness), issuedAt + youngest)
  return { issuedAt, expiresAt, refreshAt: Math.min(due, expiresAt), failures: 0, warnedDays: null }
}

/** What to do with a token that somebody wants to call with, or that a look is taken at. */
export const nextAction = ({ issuedAt, expiresAt, refreshAt }: Credential, now: Instant): 'use' | 'refresh' | 'reauthorize' => {
  if (now >= expiresAt) return 'reauthorize'
  return now >= Math.max(refreshAt, issuedAt + youngest) ? 'refresh' : 'use'
}

export interface FailedRefresh {
  readonly at: Instant
  /** Spreads those that failed together. */
  readonly key: string
  /** Nobody knows whether the provider carried it out: not to be repeated within a day. */
  readonly isUncertain: boolean
  /** How long the provider wants no further call. */
  readonly retryAfter?: Duration | undefined
}

/**
 * The token after a refresh that failed: it lives on, and is tried again after about an hour, then twice as long each time, up to a
 * day; closer together when its end is near.
 */
export const afterFailure = (credential: Credential, { at, key, isUncertain, retryAfter = 0 }: FailedRefresh): Credential => {
  const failures = credential.failures + 1
  const step = isUncertain ? longestRetry : Math.min(firstRetry * 2 ** (failures - 1), longestRetry)
  const spreadOut = step + spread(`${key} ${failures}`, step / 4)
  const left = credential.expiresAt - at
  const wait = Math.max(Math.min(spreadOut, Math.floor(left / 2)), shortestRetry, retryAfter)
  return { ...credential, failures, refreshAt: Math.min(at + wait, credential.expiresAt), warnedDays: warned(credential, at) }
}

/** The token where the provider wants no call for now: that is no failure of its own. */
export const postponed = (credential: Credential, until: Instant): Credential => ({
  ...credential,
  refreshAt: Math.min(until, credential.expiresAt),
})
