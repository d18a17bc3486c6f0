import { type ConstructorOptions, PgBoss } from 'pg-boss'
import type { JobOutcome } from '#application/job-outcome.ts'
import { type JobName, type JobPayloads, jobs } from '#application/jobs.ts'
import type { Logger } from '#application/ports/logger.ts'

/** What runs each job of the catalogue. */
export type JobHandlers = { readonly [Name in JobName]: (payload: JobPayloads[Name]) => Promise<JobOutcome> }

export interface JobConsumer {
  /** Takes no more jobs, waits for those that run (bounded, ms), and hands the rest back. */
  stop(): Promise<void>
}

interface Options {
  readonly database: Pick<ConstructorOptions, 'db' | 'backend'>
  readonly handlers: JobHandlers
  readonly logger: Logger
  readonly stopTimeout?: number
}

/** NOTIFY wakes us for a new job; the poll finds retries and jobs that were for later. */
const pollSeconds = 2

const consume = async <Name extends JobName>(boss: PgBoss, name: Name, handler: JobHandlers[Name], logger: Logger): Promise<void> => {
  const run = async (payload: JobPayloads[Name]): Promise<void> => {
    const outcome = await handler(payload)
    if (outcome.done) return
    logger.info('job.again', { job: name, reason: outcome.reason })
    throw new Error(outcome.reason)
  }
  await boss.work<JobPayloads[Name]>(
    name,
    { localConcurrency: jobs[name].concurrency, pollingIntervalSeconds: pollSeconds, notifyPollingIntervalSeconds: pollSeconds },
    async ([job]) => (job ? run(job.data) : undefined),
  )
}

/** Starts taking jobs. A broken database is reported and waited out; it never ends the process. */
export const startJobConsumer = async ({ database, handlers, logger, stopTimeout = 10_000 }: Options): Promise<JobConsumer> => {
  const boss = new PgBoss({ ...database, useListenNotify: true, migrate: false })
  boss.on('error', (error) => logger.warn('jobs.database_failed', { error }))
  boss.on('warning', (warning) => logger.warn('jobs.warning', { message: warning.message }))
  await boss.start()
  const start: { readonly [Name in JobName]: () => Promise<void> } = {
    'deliver-conversation': () => consume(boss, 'deliver-conversation', handlers['deliver-conversation'], logger),
    'fetch-profile': () => consume(boss, 'fetch-profile', handlers['fetch-profile'], logger),
    'tend-intake': () => consume(boss, 'tend-intake', handlers['tend-intake'], logger),
    'subscribe-webhooks': () => consume(boss, 'subscribe-webhooks', handlers['subscribe-webhooks'], logger),
  }
  for (const begin of Object.values(start)) await begin()
  for (const [name, { cron }] of Object.entries(jobs)) if (cron !== undefined) await boss.schedule(name, cron, {})
  return { stop: () => boss.stop({ graceful: true, timeout: stopTimeout }) }
}
