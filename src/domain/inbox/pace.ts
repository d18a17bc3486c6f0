import type { Duration, Instant } from '#domain/shared/instant.ts'

/** How often an account was called lately for one kind of thing, and a line for those who came too early. In ms, with fractions. */
export interface Pace {
  /** When the last calls went, oldest first: as many as may go in one span. */
  readonly recent: readonly Instant[]
  /** When the last one in the line is to come back. */
  readonly lineUntil: Instant
}

export const freshPace: Pace = { recent: [], lineUntil: 0 }

/** Calls are not under way for equally long: in so much more than a second the provider sees what went in one, ms. */
const travel: Duration = 75

/**
 * What so many calls a second are: a `burst` in each `span`, wherever it begins, and so many spans as fit into a second. Who comes
 * late by less than a span loses nothing.
 */
export const limitOf = (perSecond: number): { readonly burst: number; readonly span: Duration } => {
  const burst = Math.max(1, Math.floor(perSecond / 4))
  return { burst, span: (1000 + travel) / Math.floor(perSecond / burst) }
}

/** When one more call may go if nobody else goes before. */
export const freeAt = ({ recent }: Pace, perSecond: number): Instant => {
  const { burst, span } = limitOf(perSecond)
  const before = recent.at(-burst)
  return before === undefined ? 0 : before + span
}

export type Allowance = { readonly may: 'go'; readonly at: Instant } | { readonly may: 'wait'; readonly until: Instant }

/** Somebody wants to make a call. */
export interface Caller {
  /** It comes back at the time that it was given. */
  readonly hasWaited: boolean
  /** So long it waits on the spot for its time rather than be sent away, ms. */
  readonly patience: Duration
  /** It comes back so much earlier than its time, at most its patience: what makes it late costs nothing then, ms. */
  readonly lead: Duration
  /** It is made now or never: it takes no place in the line. */
  readonly isFleeting?: true
}

/**
 * When a call may go, within its patience. If that is later, it gets a place in the line, for which it comes back, unless it is fleeting.
 * Whoever has not waited lets those in the line go first, unless nobody went for a span: then they are not there.
 */
export const allow = (
  pace: Pace,
  perSecond: number,
  now: Instant,
  { hasWaited, lead, patience, isFleeting }: Caller,
): { readonly pace: Pace; readonly allowance: Allowance } => {
  const { burst, span } = limitOf(perSecond)
  const { recent, lineUntil } = pace
  const newest = recent.at(-1) ?? 0
  const at = Math.max(now, freeAt(pace, perSecond), newest)
  const isFirst = hasWaited || lineUntil <= now || newest + span <= now
  if (at <= now + patience && isFirst) return { pace: { recent: [...recent, at].slice(-burst), lineUntil }, allowance: { may: 'go', at } }
  const place = Math.max(lineUntil + span / burst, at)
  const until = Math.ceil(place - lead)
  return { pace: isFleeting ? pace : { recent, lineUntil: place }, allowance: { may: 'wait', until } }
}
