/** Work in order per key, and a way to wait until all of it is done. */
export interface WorkQueue {
  /** Work ends early and quietly when its signal aborts. Resolves when it ended. */
  add(key: string, work: (signal: AbortSignal) => Promise<void>): Promise<void>
  pending(): number
  /** Resolves when nothing is left, or after `timeoutMs`: which of the two. */
  idle(timeoutMs: number): Promise<boolean>
  /** Aborts what runs and what waits; the queue stays usable. */
  clear(): void
}

interface Lane {
  readonly waiting: (() => Promise<void>)[]
  active: number
}

/** @param width how much work of one key may run at once; 1 keeps the order */
export const createWorkQueue = (width: () => number, closing: AbortSignal): WorkQueue => {
  const lanes = new Map<string, Lane>()
  const tally = createTally(closing)
  let round = new AbortController()
  let stopped = AbortSignal.any([closing, round.signal])

  const run = (lane: Lane): void => {
    while (lane.active < width()) {
      const work = lane.waiting.shift()
      if (work === undefined) return
      lane.active += 1
      work().finally(() => {
        lane.active -= 1
        run(lane)
      })
    }
  }
  return {
    add: (key, work) => {
      const lane = lanes.get(key) ?? { waiting: [], active: 0 }
      lanes.set(key, lane)
      const { promise, resolve } = Promise.withResolvers<void>()
      const signal = stopped
      lane.waiting.push(() => unlessAborted(work, signal).finally(resolve))
      tally.start()
      run(lane)
      return promise.finally(tally.finish)
    },
    pending: tally.left,
    idle: tally.idle,
    clear: () => {
      round.abort()
      round = new AbortController()
      stopped = AbortSignal.any([closing, round.signal])
    },
  }
}

/** An error counts only while the work is wanted. */
const unlessAborted = async (work: (signal: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void> => {
  if (signal.aborted) return
  await work(signal).catch((error: unknown) => {
    if (!signal.aborted) throw error
  })
}

/** Counts what is under way and wakes whoever waits for none. */
const createTally = (closing: AbortSignal) => {
  const waiters = new Set<(idle: boolean) => void>()
  let left = 0
  return {
    left: () => left,
    start: () => {
      left += 1
    },
    finish: () => {
      left -= 1
      if (left === 0) for (const wake of waiters) wake(true)
    },
    idle: async (timeoutMs: number): Promise<boolean> => {
      if (left === 0) return true
      const { promise, resolve } = Promise.withResolvers<boolean>()
      const limit = AbortSignal.any([closing, AbortSignal.timeout(timeoutMs)])
      limit.addEventListener('abort', () => resolve(false))
      waiters.add(resolve)
      return promise.finally(() => waiters.delete(resolve))
    },
  }
}
