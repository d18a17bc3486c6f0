import { type Duration, type Instant, seconds } from '#domain/shared/instant.ts'

/** What the customer was last shown. */
export interface TypingNotice {
  readonly isOn: boolean
  readonly at: Instant
}

/** Providers take it away by themselves after about 20 seconds (seen on Instagram and Messenger). */
const shownFor: Duration = seconds(20)

/** Somebody who goes on typing is shown anew before that. */
const shownAnew: Duration = seconds(10)

/** However fast it is switched on and off. */
const leastPause: Duration = seconds(1)

/** Is the provider to be told this, after what it was told last? */
export const mayTell = (last: TypingNotice | undefined, isOn: boolean, now: Instant): boolean => {
  if (!last) return isOn
  const since = now - last.at
  if (isOn) return since >= (last.isOn ? shownAnew : leastPause)
  return last.isOn && since >= leastPause && since < shownFor
}
