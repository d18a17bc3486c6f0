import { spread } from '#domain/shared/hash.ts'
import { type Duration, days, hours, type Instant, minutes, seconds } from '#domain/shared/instant.ts'

/**
 * How far the conversations of an inbox have been read at the provider, for what it did not push. A reading goes from the newest
 * conversation back to those in which nothing happened since the last one.
 */
export interface GapFill {
  /** When to look next. */
  readonly dueAt: Instant
  /** What happened until then has been read; null: nothing was read yet. */
  readonly filledUntil: Instant | null
  /** The reading that is under way. */
  readonly pass: Pass | null
  /** Reads in a row that came to nothing. */
  readonly failures: number
}

export interface Pass {
  readonly begunAt: Instant
  /** The provider's word for where to read on. */
  readonly cursor: string
  readonly pages: number
  /** Messages that were found and had not been pushed. */
  readonly missed: number
}

/** The first reading brings in what was said before, within bounds. */
const firstSpan: Duration = days(30)
const firstPages = 20

/** The provider's clock and ours differ, and its lists may be behind. */
const overlap: Duration = minutes(10)

/** Conversations in which nothing happened since then need not be read. */
export const readsBackTo = ({ filledUntil }: GapFill, begunAt: Instant): Instant =>
  filledUntil === null ? begunAt - firstSpan : filledUntil - overlap

/**
 * Is what was found in a conversation only what was said before the inbox was connected? It is shown, but it opens nothing, starts no wait
 * and is told to nobody. A conversation that can still be answered as usual is none of the past: it waits for its answer here.
 */
export const isPast = ({ filledUntil }: GapFill, begunAt: Instant, newestAt: Instant, answerable: Duration): boolean =>
  filledUntil === null && newestAt < begunAt - answerable

/** Pushed messages are seconds old, so whatever is younger may still be on its way and counts as no miss. */
const onItsWay: Duration = minutes(1)

export const isMissed = (occurredAt: Instant, now: Instant): boolean => occurredAt < now - onItsWay

/** What a page of the provider's list brought. */
export interface PageRead {
  /** Where to read on; null at the end of the list. */
  readonly next: string | null
  /** When something last happened in the conversation on this page in which that is longest ago; null for an empty page. */
  readonly oldest: Instant | null
  readonly missed: number
}

export interface Rhythm {
  /** Nobody pushes to this installation, so it asks often; otherwise now and then, for what was lost on the way. */
  readonly isPolled: boolean
  /** From when on the provider may be read again. */
  readonly nextRead: Instant
  /** Spreads those that were read together. */
  readonly key: string
}

const polledEvery: Duration = seconds(30)
const pushedEvery: Duration = minutes(55)
const spreadOver: Duration = minutes(10)

const interval = ({ isPolled, key }: Rhythm): Duration => (isPolled ? polledEvery : pushedEvery + spread(key, spreadOver))

/** A reading that has come to its end. */
export interface EndedPass {
  readonly fill: GapFill
  readonly missed: number
}

/**
 * How it stands after a page. While a long reading goes on, conversations move to the front of the list, behind its back: so it is
 * followed by another one at once, until one fits onto a page.
 */
export const afterPage = (fill: GapFill, begunAt: Instant, page: PageRead, now: Instant, rhythm: Rhythm): EndedPass | { fill: GapFill } => {
  const pages = (fill.pass?.pages ?? 0) + 1
  const missed = (fill.pass?.missed ?? 0) + page.missed
  const isFarEnough = page.oldest === null || page.oldest < readsBackTo(fill, begunAt) || (fill.filledUntil === null && pages >= firstPages)
  if (page.next !== null && !isFarEnough) {
    return { fill: { ...fill, failures: 0, dueAt: rhythm.nextRead, pass: { begunAt, cursor: page.next, pages, missed } } }
  }
  const dueAt = pages > 1 ? rhythm.nextRead : now + interval(rhythm)
  return { fill: { dueAt, filledUntil: begunAt, pass: null, failures: 0 }, missed }
}

const firstRetry: Duration = minutes(1)
const longestRetry: Duration = hours(1)

/** After a read that failed. One that was refused may not have liked where it was to go on, so it begins again. */
export const afterFailedRead = (fill: GapFill, isRefused: boolean, retryAfter: Duration | undefined, now: Instant): GapFill => {
  const failures = fill.failures + 1
  const wait = retryAfter ?? Math.min(firstRetry * 2 ** (failures - 1), longestRetry)
  return { ...fill, failures, dueAt: now + wait, pass: isRefused ? null : fill.pass }
}

/** Is the first of them listed under the second of the other one, or behind it in there? */
export const isOneSecond = (before: Instant, listed: Instant): boolean => before >= listed && before < listed + seconds(1)

/**
 * The times of a conversation's messages, oldest first: providers list them to the second, so that one may seem to be before another that it
 * came after. Those in `exact` are known to the millisecond.
 */
export const inOrder = (listed: readonly Instant[], exact: (n: number) => Instant | undefined): Instant[] => {
  const times: Instant[] = []
  for (const [n, at] of listed.entries()) {
    const before = times[n - 1] ?? Number.NEGATIVE_INFINITY
    times.push(exact(n) ?? (isOneSecond(before, at) ? before + 1 : at))
  }
  return times
}
