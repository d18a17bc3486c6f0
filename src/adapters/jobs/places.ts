import type { Place } from '#application/ports/place.ts'

/** Those who come back within so many ms come back together: in company they cost less. */
const grain = 20

/** More than that wait for nothing in memory. */
const mostAway = 5_000

/** Places for jobs, some of which leave theirs for a while. Who comes back goes before who is new. */
export const createPlaces = <Job>(count: number) => {
  const whereabouts = new Map<Job, 'here' | 'away'>()
  const timers = new Set<() => void>()
  const returning: (() => void)[] = []
  let here = 0
  let closed = false

  const makeRoom = (): void => {
    here -= 1
    if (here < count) returning.shift()?.()
  }

  const untilThen = (at: number): Promise<void> =>
    new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer)
        timers.delete(end)
        resolve()
      }
      const timer = setTimeout(end, Math.max(0, Math.ceil(at / grain) * grain - Date.now()))
      timers.add(end)
    })

  /** Takes a place again, unless the job was ended in the meantime. */
  const sitDown = (job: Job): boolean => {
    if (whereabouts.get(job) !== 'away') {
      here += 1
      makeRoom()
      return false
    }
    whereabouts.set(job, 'here')
    here += 1
    return true
  }

  return {
    free: (): number => count - here,
    /** All that have not ended, here and away. */
    jobs: (): readonly Job[] => [...whereabouts.keys()],
    enter(job: Job): Place {
      whereabouts.set(job, 'here')
      here += 1
      return {
        async leaveUntil(at) {
          if (closed || timers.size >= mostAway || whereabouts.get(job) !== 'here') return false
          whereabouts.set(job, 'away')
          makeRoom()
          await untilThen(at)
          while (!closed && here >= count) await new Promise<void>((resolve) => void returning.push(resolve))
          return sitDown(job) && !closed
        },
      }
    },
    /** False where it had ended before. */
    end(job: Job): boolean {
      const was = whereabouts.get(job)
      whereabouts.delete(job)
      if (was === 'here') makeRoom()
      return was !== undefined
    },
    /** Calls everybody back, and lets nobody leave any more. */
    close(): void {
      closed = true
      for (const end of [...timers]) end()
      for (const resolve of returning.splice(0)) resolve()
    },
  }
}
