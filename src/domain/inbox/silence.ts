import { type Duration, days, hours, type Instant, minutes } from '#domain/shared/instant.ts'

/** How an inbox was used lately, to tell a broken connection from a quiet day. */
export interface Rhythm {
  readonly lastEventAt: Instant | null
  /** Conversations in which a customer wrote during the four weeks before the last event. */
  readonly conversations: number
  /** When the provider last took an answer of ours. */
  readonly lastSentAt: Instant | null
}

export interface Silence {
  readonly since: Instant
  /** `no_echo`: an answer that the provider took did not come back as an event. `no_events`: customers are long overdue. */
  readonly because: 'no_echo' | 'no_events'
}

export const rhythmSpan: Duration = days(28)

/** An echo comes within seconds; the provider's clock may differ from ours by a minute. */
export const echoPatience: Duration = minutes(15)
export const clockSkew: Duration = minutes(1)

/** Where echoes never come, each answer that nobody answers looks like silence: that is told once a day and no more often. */
export const echoPause: Duration = hours(24)

/** Fewer conversations than this are no rhythm. */
const fewest = 5

/** By chance alone a gap of ten times the usual one comes once in 22,000 gaps; nobody is told before a day has passed. */
const overdue = 10
export const shortestSilence: Duration = hours(24)

const longestGap = (conversations: number): Duration => Math.max(shortestSilence, (overdue * rhythmSpan) / conversations)

/** Has an inbox that is in use gone quiet? Null where nothing speaks for it. */
export const silenceOf = ({ lastEventAt, conversations, lastSentAt }: Rhythm, now: Instant): Silence | null => {
  const echoed = lastEventAt !== null && lastSentAt !== null && lastEventAt >= lastSentAt - clockSkew
  if (lastSentAt !== null && !echoed && now - lastSentAt >= echoPatience) return { since: lastSentAt, because: 'no_echo' }
  if (lastEventAt === null || conversations < fewest) return null
  return now - lastEventAt > longestGap(conversations) ? { since: lastEventAt, because: 'no_events' } : null
}

/** When an inbox that is not quiet is to be looked at again, for the lack of customers: within a day, since its rhythm may change. */
export const nextSilenceLook = ({ lastEventAt, conversations }: Rhythm, now: Instant): Instant => {
  const latest = now + shortestSilence
  if (lastEventAt === null || conversations < fewest) return latest
  return Math.min(Math.max(lastEventAt + longestGap(conversations) + 1, now), latest)
}
