import { createSpeed } from '#adapters/jobs/speed.ts'
import type { ProcessIntake } from '#application/intake/process-intake.ts'
import type { IntakeLoad } from '#application/ports/intake.ts'
import type { Logger } from '#application/ports/logger.ts'

export interface IntakeLoop {
  /** Something may wait: look now. */
  wake(): void
  /** Finishes the batch at hand and stops. */
  stop(): Promise<void>
}

interface Options {
  readonly processIntake: ProcessIntake
  /** Requests that wait to be acknowledged come first. */
  readonly load?: IntakeLoad
  readonly logger: Logger
  /** Batches side by side, each of other contacts: while the database works on one, another is prepared. */
  readonly workers?: number
  /** How long to sleep where nobody wakes us, ms: finds what a lost wake left behind and retries that fell due. */
  readonly sweepEvery?: number
}

const noLoad: IntakeLoad = { atOnce: () => 0, perSecond: () => 0 }

/**
 * So many requests in one write show that they wait. Where no more comes than we apply it takes more of them: a disk that is slow for a
 * moment is no reason to stand back.
 */
const pressing = { beyondSpeed: 6, withinSpeed: 16 }

/**
 * While requests wait, one worker at a time applies small batches, each followed by a rest of so many times as long as it took,
 * up to so many ms. Applying as eagerly as acknowledging would halve the rate of acknowledgements.
 */
const smallBatch = 32
const restFactor = 9
const longestRest = 2_000

/** How often it looks whether it may go on, ms. */
const look = 5

/**
 * How long a batch may take before another worker looks too, ms. Two small batches side by side cost twice as much as one: what comes while
 * one is under way had better wait for the next.
 */
const helpAfter = 30

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** How long to leave a broken database alone, ms. */
const pauseAfterFailure = 500

interface Batch {
  /** By performance.now(). */
  readonly startedAt: number
  readonly size: { readonly atMost?: number }
}

/** Applies what came in, batch after batch, until nothing is due; then sleeps until it is woken. */
export const startIntakeLoop = (options: Options): IntakeLoop => {
  const { processIntake, load = noLoad, logger, workers = 1, sweepEvery = 1_000 } = options
  const asleep = new Set<() => void>()
  let stopped = false
  /** How often it was woken. */
  let wakes = 0
  /** The batches at hand, oldest first. */
  const applying = new Set<Batch>()
  const speeds = { usual: createSpeed(), small: createSpeed() }
  let underLoad = false
  let restUntil = 0

  const sleep = (): Promise<void> =>
    new Promise((resolve) => {
      const awake = (): void => {
        clearTimeout(timer)
        asleep.delete(awake)
        resolve()
      }
      const timer = setTimeout(awake, sweepEvery)
      asleep.add(awake)
    })

  /**
   * Does more come than we could apply? Under load only small batches teach, which are slower: what the usual ones taught before holds.
   * Should that be too much by now, the next usual batch says so.
   */
  const isTooMuch = (): boolean => load.perSecond() > Math.max(speeds.usual.perSecond(), speeds.small.perSecond())

  const mayBegin = (): boolean => applying.size === 0 && performance.now() >= restUntil

  /**
   * Under load a batch lets others go first and rests before it. A process that was busy itself, or whose database is embedded, sees what came
   * meanwhile only when it looks at its sockets: so it takes two looks to believe that the load is over. And it is not over while more
   * comes than could be applied: a moment in which nobody waits says nothing then, and a large batch would make hundreds wait.
   */
  const beginBatch = async (): Promise<Batch> => {
    for (let calm = 0; !stopped; await pause(look)) {
      const tooMuch = isTooMuch()
      const pressed = load.atOnce() >= (tooMuch ? pressing.beyondSpeed : pressing.withinSpeed)
      if (pressed) underLoad = true
      calm = pressed || tooMuch ? 0 : calm + 1
      if (calm > 1) underLoad = false
      if (!underLoad || mayBegin()) break
    }
    const batch: Batch = { startedAt: performance.now(), size: underLoad ? { atMost: smallBatch } : {} }
    applying.add(batch)
    return batch
  }

  const wakeOne = (): void => {
    const [first] = asleep
    first?.()
  }

  const needsHelp = (): boolean => {
    const [oldest] = applying
    return oldest === undefined || performance.now() - oldest.startedAt >= helpAfter
  }

  const applyOnce = async (batch: Batch): Promise<number> => {
    const help = setTimeout(wakeOne, helpAfter)
    try {
      const { settled, applied, isFull } = await processIntake(batch.size)
      if (isFull) speeds[batch.size.atMost === undefined ? 'usual' : 'small'].learn(applied, batch.startedAt)
      return settled
    } finally {
      clearTimeout(help)
      applying.delete(batch)
      const now = performance.now()
      if (batch.size.atMost !== undefined) restUntil = now + Math.min(restFactor * (now - batch.startedAt), longestRest)
    }
  }

  /** Until nothing is due. Answers the last wake before its last look. */
  const drain = async (): Promise<number> => {
    let seen = wakes
    try {
      for (let settled = 1; settled > 0 && !stopped; ) {
        seen = wakes
        settled = await applyOnce(await beginBatch())
      }
    } catch (error) {
      logger.warn('intake.database_failed', { error })
      await pause(pauseAfterFailure)
    }
    return seen
  }

  const work = async (nth: number): Promise<void> => {
    for (let seen = nth === 0 ? undefined : wakes; !stopped; seen = await drain()) if (seen === wakes) await sleep()
  }

  const working = Promise.all(Array.from({ length: workers }, (_, nth) => work(nth)))
  return {
    wake() {
      wakes += 1
      if (needsHelp()) wakeOne()
    },
    async stop() {
      stopped = true
      for (const awake of asleep) awake()
      await working
    },
  }
}
