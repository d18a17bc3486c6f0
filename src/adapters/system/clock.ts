import type { Clock, WaitUntil } from '#application/ports/clock.ts'

/** The time of this machine. */
export const systemClock: Clock = { now: () => Date.now() }

export const waitUntil: WaitUntil = async (at) => {
  const left = at - Date.now()
  if (left > 0) await new Promise((resolve) => setTimeout(resolve, left))
}
