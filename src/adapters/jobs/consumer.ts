import { type ConstructorOptions, type JobWithMetadata, PgBoss } from 'pg-boss'
import { type JobLoop, type JobSource, startJobLoop } from '#adapters/jobs/job-loop.ts'
import { createTimers } from '#adapters/jobs/timers.ts'
import type { JobOutcome } from '#application/job-outcome.ts'
import { type JobName, type JobPayloads, jobs } from '#application/jobs.ts'
import type { Logger } from '#application/ports/logger.ts'
import type { Place } from '#application/ports/place.ts'

/** What runs each job of the catalogue. */
export type JobHandlers = { readonly [Name in JobName]: (payload: JobPayloads[Name], place: Place) => Promise<JobOutcome> }

export interface JobConsumer {
  /** A job may be due in this queue, or in any where it is ''; with `@` behind it, at this time (epoch ms). */
  wake(queue: string): void
  /** Takes no more jobs, waits for those that run (bounded, ms), and hands the rest back. */
  stop(): Promise<void>
}

interface Options {
  readonly database: Pick<ConstructorOptions, 'db' | 'backend'>
  readonly handlers: JobHandlers
  readonly logger: Logger
  readonly stopTimeout?: number
  /** How long a queue is left alone where nobody wakes us, ms. */
  readonly pollEvery?: number
  /** Jobs of one queue side by side, where that is less than the catalogue says. */
  readonly atOnce?: number
}

/** We are woken for a new job; the poll finds retries, jobs that were for later, and those whose wake was lost. */
const usualPoll = 2_000

/** The time of the next try comes from the provider, and pg-boss knows only its own: a fresh job takes over the tries that are left. */
const sendAgain = async (
  { data, id, name, retryCount, retryLimit }: JobWithMetadata<object>,
  boss: PgBoss,
  after: number,
): Promise<void> => {
  const options = { startAfter: new Date(Date.now() + after), singletonKey: id, retryLimit: retryLimit - retryCount - 1 }
  await boss.send(name, data, options)
}

const sourceOf = (boss: PgBoss, name: JobName): JobSource<JobWithMetadata<object>> => ({
  take: (atMost) => boss.fetch<object>(name, { batchSize: atMost, includeMetadata: true }),
  async finish(jobs) {
    await boss.complete(name, [...jobs])
  },
  async fail(job, error) {
    await boss.fail(name, [job], error instanceof Error ? { message: error.message } : {})
  },
})

/** Runs the jobs of one queue. What they carry was written by `enqueue` for this name. */
const consume = <Name extends JobName>(
  boss: PgBoss,
  name: Name,
  handler: JobHandlers[Name],
  { logger, atOnce = Number.POSITIVE_INFINITY, pollEvery = usualPoll }: Options,
): JobLoop => {
  const run = async (job: JobWithMetadata<object>, place: Place): Promise<void> => {
    const outcome = await handler(job.data as JobPayloads[Name], place).catch((error: unknown) => {
      logger.warn('job.failed', { job: name, error })
      throw error
    })
    if (outcome.done) return
    const { reason, retryAfter } = outcome
    logger.info('job.again', { job: name, reason, ...(retryAfter === undefined ? {} : { retryAfter }) })
    if (retryAfter === undefined || job.retryCount >= job.retryLimit) throw new Error(reason)
    await sendAgain(job, boss, retryAfter)
  }
  const { expireInSeconds } = jobs[name]
  const concurrency = Math.min(jobs[name].concurrency, atOnce)
  const onError = (error: unknown): void => logger.warn('jobs.database_failed', { error })
  return startJobLoop({ source: sourceOf(boss, name), run, concurrency, expireAfter: expireInSeconds * 1000, pollEvery, onError })
}

/** Starts taking jobs. A broken database is reported and waited out; it never ends the process. */
export const startJobConsumer = async (options: Options): Promise<JobConsumer> => {
  const { database, handlers, logger, stopTimeout = 10_000 } = options
  const loops = new Map<string, JobLoop>()
  const boss = new PgBoss({ ...database, migrate: false })
  boss.on('error', (error) => logger.warn('jobs.database_failed', { error }))
  boss.on('warning', (warning) => logger.warn('jobs.warning', { message: warning.message }))
  await boss.start()
  const wakeNow = (queue: string): void => {
    for (const [name, loop] of loops) if (queue === '' || queue === name) loop.wake()
  }
  const later = createTimers()
  const begin = <Name extends JobName>(name: Name): JobLoop => consume(boss, name, handlers[name], options)
  for (const name of Object.keys(jobs) as JobName[]) loops.set(name, begin(name))
  for (const [name, { cron }] of Object.entries(jobs)) if (cron !== undefined) await boss.schedule(name, cron, {})
  return {
    wake(told) {
      const [queue, at] = told.split('@')
      if (at === undefined) wakeNow(told)
      else later.wake(told, Number(at) - Date.now(), () => wakeNow(queue ?? ''))
    },
    async stop() {
      later.stop()
      await Promise.all([...loops.values()].map((loop) => loop.stop(stopTimeout)))
      await boss.stop({ graceful: true, timeout: stopTimeout })
    },
  }
}
