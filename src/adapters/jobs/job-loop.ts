import { createPlaces } from '#adapters/jobs/places.ts'
import type { Place } from '#application/ports/place.ts'

/** Where jobs come from, and where it is told what became of them. */
export interface JobSource<Job> {
  /** Takes up to so many jobs that are due. */
  take(atMost: number): Promise<readonly Job[]>
  finish(jobs: readonly Job[]): Promise<void>
  fail(job: Job, error: unknown): Promise<void>
}

export interface JobLoop {
  /** Something may be due: look now. */
  wake(): void
  /** Takes nothing more, waits for what runs, at most so many ms, and hands the rest back. */
  stop(timeout: number): Promise<void>
}

interface Options<Job> {
  readonly source: JobSource<Job>
  readonly run: (job: Job, place: Place) => Promise<void>
  /** Jobs side by side. */
  readonly concurrency: number
  /** A run that takes longer counts as failed, ms. */
  readonly expireAfter: number
  /** How long to sleep where nobody wakes us, ms. */
  readonly pollEvery: number
  readonly onError: (error: unknown) => void
}

const within = async (work: Promise<void>, ms: number): Promise<void> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`The job took longer than ${ms / 1000} s.`)), ms)
  })
  await Promise.race([work, late]).finally(() => clearTimeout(timer))
}

/**
 * One hand that takes jobs for all places, as many as are free at that moment, and says in one go which ones are finished: the more
 * there is to do, the more jobs one statement is about. Many hands with a job each would all come for every wake.
 */
export const startJobLoop = <Job>({ source, run, concurrency, expireAfter, pollEvery, onError }: Options<Job>): JobLoop => {
  const places = createPlaces<Job>(concurrency)
  const finished: Job[] = []
  let wanted = true
  let stopped = false
  let awake = (): void => {}

  const sleep = (): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(() => {
        wanted = true
        awake()
      }, pollEvery)
      awake = () => {
        clearTimeout(timer)
        resolve()
      }
    })

  /** Somebody else may take the place at once. */
  const leaving: (place: Place, at: number) => Promise<boolean> = (place, at) => {
    const left = place.leaveUntil(at)
    awake()
    return left
  }

  const start = async (job: Job): Promise<void> => {
    const place = places.enter(job)
    try {
      await within(run(job, { leaveUntil: (at) => leaving(place, at) }), expireAfter)
      if (places.end(job)) finished.push(job)
    } catch (error) {
      if (places.end(job)) await source.fail(job, error).catch(onError)
    }
    awake()
  }

  const tellFinished = async (): Promise<void> => {
    const told = finished.splice(0)
    if (told.length > 0) await source.finish(told)
  }

  const takeMore = async (): Promise<void> => {
    const room = places.free()
    if (!wanted || room <= 0) return
    wanted = false
    const jobs = await source.take(room)
    if (jobs.length === room) wanted = true
    for (const job of jobs) void start(job)
  }

  const work = async (): Promise<void> => {
    while (!stopped) {
      try {
        await tellFinished()
        await takeMore()
      } catch (error) {
        onError(error)
        await sleep()
      }
      const isIdle = finished.length === 0 && (!wanted || places.free() <= 0)
      if (!stopped && isIdle) await sleep()
    }
  }

  const working = work()
  return {
    wake() {
      wanted = true
      awake()
    },
    async stop(timeout) {
      stopped = true
      places.close()
      awake()
      await working
      for (const deadline = Date.now() + timeout; places.jobs().length > 0 && Date.now() < deadline; )
        await new Promise((resolve) => setTimeout(resolve, 10))
      await tellFinished().catch(onError)
      for (const job of places.jobs()) if (places.end(job)) await source.fail(job, new Error('The process stopped.')).catch(onError)
    },
  }
}
