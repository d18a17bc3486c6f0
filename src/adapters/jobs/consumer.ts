import { type ConstructorOptions, type JobWithMetadata, PgBoss } from 'pg-boss'
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

/** The time of the next try comes from the provider, and pg-boss knows only its own: a fresh job takes over the tries that are left. */
const sendAgain = async (
  { data, id, name, retryCount, retryLimit }: JobWithMetadata<object>,
  boss: PgBoss,
  after: number,
): Promise<void> => {
  const options = { startAfter: new Date(Date.now() + after), singletonKey: id, retryLimit: retryLimit - retryCount - 1 }
  await boss.send(name, data, options)
}

const consume = async <Name extends JobName>(boss: PgBoss, name: Name, handler: JobHandlers[Name], logger: Logger): Promise<void> => {
  const run = async (job: JobWithMetadata<JobPayloads[Name]>): Promise<void> => {
    const outcome = await handler(job.data)
    if (outcome.done) return
    const { reason, retryAfter } = outcome
    logger.info('job.again', { job: name, reason, ...(retryAfter === undefined ? {} : { retryAfter }) })
    if (retryAfter === undefined || job.retryCount >= job.retryLimit) throw new Error(reason)
    await sendAgain(job, boss, retryAfter)
  }
  const options = {
    localConcurrency: jobs[name].concurrency,
    pollingIntervalSeconds: pollSeconds,
    notifyPollingIntervalSeconds: pollSeconds,
    includeMetadata: true,
  } as const
  await boss.work<JobPayloads[Name], void, typeof options>(name, options, async ([job]) => (job ? run(job) : undefined))
}

/** Starts taking jobs. A broken database is reported and waited out; it never ends the process. */
export const startJobConsumer = async ({ database, handlers, logger, stopTimeout = 10_000 }: Options): Promise<JobConsumer> => {
  const boss = new PgBoss({ ...database, useListenNotify: true, migrate: false })
  boss.on('error', (error) => logger.warn('jobs.database_failed', { error }))
  boss.on('warning', (warning) => logger.warn('jobs.warning', { message: warning.message }))
  await boss.start()
  const start: { readonly [Name in JobName]: () => Promise<void> } = {
    'deliver-conversation': () => consume(boss, 'deliver-conversation', handlers['deliver-conversation'], logger),
    'wake-deliveries': () => consume(boss, 'wake-deliveries', handlers['wake-deliveries'], logger),
    'fetch-profile': () => consume(boss, 'fetch-profile', handlers['fetch-profile'], logger),
    'tend-intake': () => consume(boss, 'tend-intake', handlers['tend-intake'], logger),
    'forget-answers': () => consume(boss, 'forget-answers', handlers['forget-answers'], logger),
    'subscribe-webhooks': () => consume(boss, 'subscribe-webhooks', handlers['subscribe-webhooks'], logger),
  }
  for (const begin of Object.values(start)) await begin()
  for (const [name, { cron }] of Object.entries(jobs)) if (cron !== undefined) await boss.schedule(name, cron, {})
  return { stop: () => boss.stop({ graceful: true, timeout: stopTimeout }) }
}
