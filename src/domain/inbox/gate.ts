import { backoff } from '#domain/shared/backoff.ts'
import { type Duration, type Instant, seconds } from '#domain/shared/instant.ts'

/**
 * Stands before an account at a provider, or before a provider as a whole, and says that it may not be called before some time,
 * because the provider asked for that or because it is down. Once that time has come, one call at a time tries whether it is over.
 */
export interface Gate {
  /** Calls in a row that ended badly. */
  readonly failures: number
  readonly shut: { readonly until: Instant; readonly because: ShutBecause } | null
}

export type ShutBecause = 'asked' | 'down'

export const openGate: Gate = { failures: 0, shut: null }

/** `watched`: something went wrong lately, so even a call that ends well has to be told to the gates. */
export type Passage =
  | { readonly may: 'pass'; readonly watched: boolean }
  | { readonly may: 'probe' }
  | { readonly may: 'wait'; readonly until: Instant; readonly because: ShutBecause }

/** May a call go through all of these gates now? */
export const passageThrough = (gates: readonly Gate[], now: Instant): Passage => {
  const shut = gates.flatMap((gate) => gate.shut ?? []).toSorted((a, b) => b.until - a.until)
  const [longest] = shut
  if (!longest) return { may: 'pass', watched: gates.some(({ failures }) => failures > 0) }
  return longest.until > now ? { may: 'wait', ...longest } : { may: 'probe' }
}

/** How long the others leave the way to the one call that tries; longer than a call takes. */
export const probeTime: Duration = seconds(30)

/** The gate while one call tries whether it may be opened. */
export const probed = (gate: Gate, now: Instant): Gate => (gate.shut ? { ...gate, shut: { ...gate.shut, until: now + probeTime } } : gate)

/** What a call says of the way to the provider, whatever it says of its own matter. */
export interface CallReport {
  /** `limited`: we called too often. `down`: no answer, or a broken one. */
  readonly outcome: 'answered' | 'limited' | 'down'
  /** How long the provider wants no further call. */
  readonly retryAfter?: Duration | undefined
  /** It went through a gate that was shut, to try. */
  readonly isProbe: boolean
}

/** `name` spreads the waits; so many failures in a row as `tolerance` shut it. */
export interface GateRules {
  readonly name: string
  readonly tolerance: number
}

const keptShut = (gate: Gate, until: Instant): Gate =>
  gate.shut && until > gate.shut.until ? { ...gate, shut: { ...gate.shut, until } } : gate

/** The gate after a call. One that was begun before the gate was shut cannot open it, nor count against it again. */
export const afterCall = (gate: Gate, call: CallReport, now: Instant, { name, tolerance }: GateRules): Gate => {
  const { outcome, retryAfter, isProbe } = call
  if (gate.shut && !isProbe) return retryAfter === undefined ? gate : keptShut(gate, now + retryAfter)
  if (outcome === 'answered') {
    return retryAfter === undefined ? openGate : { failures: 0, shut: { until: now + retryAfter, because: 'asked' } }
  }
  const failures = gate.failures + 1
  const step = outcome === 'limited' ? failures : failures - tolerance + 1
  const tolerated = outcome === 'down' && retryAfter === undefined && gate.shut === null && failures < tolerance
  if (tolerated) return { failures, shut: null }
  const until = now + (retryAfter ?? backoff(Math.max(1, step), name))
  return { failures, shut: { until, because: outcome === 'limited' ? 'asked' : 'down' } }
}
