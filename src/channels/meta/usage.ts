import { type Duration, hours, minutes, seconds } from '#domain/shared/instant.ts'

/** Percent of the allowance from which on we rest by ourselves: who calls while throttled prolongs the block (Meta, rate limits). */
const brink = 95

/** How long to rest at the brink where nobody says until when. The allowance is that of a rolling hour, so it grows by itself. */
const breather = minutes(5)

const longest = hours(24)

/** All numbers of this name in a JSON text. Read as text because Meta's own sample repeats a key, of which a parser keeps the last. */
const numbersNamed = (name: string, json: string): number[] =>
  [...json.matchAll(new RegExp(`"(?:${name})"\\s*:\\s*"?(\\d+(?:\\.\\d+)?)`, 'g'))].map(([, digits]) => Number(digits))

const usage = 'call_count|total_cputime|total_time'

const regainTime = (json: string): Duration => minutes(Math.max(0, ...numbersNamed('estimated_time_to_regain_access', json)))

/** Seconds, or a date, which is compared with the answer's own. */
const retryAfter = (value: string | null, date: string | null): Duration => {
  if (value === null) return 0
  const wait = /^\d+(\.\d+)?$/.test(value) ? seconds(Number(value)) : Date.parse(value) - Date.parse(date ?? '')
  return wait > 0 ? wait : 0
}

/**
 * How long Meta wants no further call for the account that an answer is about, ms; undefined where it is content. Reads
 * `Retry-After`, `X-App-Usage`, `X-Business-Use-Case-Usage` and its like, and `estimated_time_to_regain_access` (minutes) wherever it stands.
 */
export const pauseAsked = (header: (name: string) => string | null, body: string): Duration | undefined => {
  const reports = ['x-app-usage', 'x-business-use-case-usage', 'x-page-usage', 'x-ad-account-usage'].map((name) => header(name) ?? '')
  const atBrink = reports.some((report) => numbersNamed(usage, report).some((percent) => percent >= brink))
  const asked = Math.max(retryAfter(header('retry-after'), header('date')), ...[body, ...reports].map(regainTime))
  const pause = Math.min(asked > 0 ? asked : atBrink ? breather : 0, longest)
  return pause > 0 ? pause : undefined
}
