import type { Clock } from '#application/ports/clock.ts'
import { type Duration, type Instant, minutes } from '#domain/shared/instant.ts'

/** How much each caller may still do, as far as this process knows. */
export interface Allowances {
  /** One more call: 0 where it may go, or how long it has to wait; then it does not count. */
  admit(caller: string): Duration
  /** Bytes that came with a call that went. */
  count(caller: string, bytes: number): void
}

/** Of more callers nothing is remembered: those that were quiet for longest are forgotten. */
export const mostCallers = 10_000

/** So many bytes count as much as a call. */
export const bytesOfCall = 64 * 1024

const span = minutes(1)

/** So many calls in a minute, in any rhythm; who did more in bytes than a minute allows waits until that is made up for. */
export const createAllowances = (perMinute: number, clock: Clock): Allowances => {
  const each = span / perMinute
  /** When nothing of what somebody did counts any more. Who did something last comes last. */
  const busyUntil = new Map<string, Instant>()

  const spend = (caller: string, calls: number): void => {
    const from = Math.max(busyUntil.get(caller) ?? 0, clock.now())
    busyUntil.delete(caller)
    busyUntil.set(caller, from + calls * each)
    const [quietest] = busyUntil.size > mostCallers ? busyUntil.keys() : []
    if (quietest !== undefined) busyUntil.delete(quietest)
  }

  return {
    admit(caller) {
      const wait = (busyUntil.get(caller) ?? 0) + each - (clock.now() + span)
      // Fractions of a millisecond are what adding up leaves.
      if (wait >= 1) return wait
      spend(caller, 1)
      return 0
    },
    count: (caller, bytes) => spend(caller, bytes / bytesOfCall),
  }
}
