import type { Duration } from '#domain/shared/instant.ts'

/** How many come in a second, of late: each counts less and less as time passes, the more so the shorter the `memory`. */
export const createFlow = (memory: Duration) => {
  let level = 0
  let at = 0

  const faded = (): number => {
    const now = performance.now()
    level *= Math.exp((at - now) / memory)
    at = now
    return level
  }

  return {
    /** One came. */
    note(): void {
      level = faded() + 1
    },
    perSecond: (): number => (faded() * 1000) / memory,
  }
}
