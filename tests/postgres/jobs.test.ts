import { sql } from 'kysely'
import { fromKysely, type JobWithMetadata, PgBoss } from 'pg-boss'
import { describe, expect, test } from 'vitest'
import { type JobHandlers, startJobConsumer } from '#adapters/jobs/consumer.ts'
import { createQueues } from '#adapters/jobs/queues.ts'
import type { Database } from '#adapters/postgres/database.ts'
import { type JobOutcome, jobDone } from '#application/job-outcome.ts'
import { jobs } from '#application/jobs.ts'
import { silent } from '../application/support.ts'
import { testDatabases } from '../support/databases.ts'

const name = 'deliver-conversation'

const startBoss = async ({ jobs: options }: Database): Promise<PgBoss & AsyncDisposable> => {
  const boss = new PgBoss({ ...options, migrate: false, supervise: false, schedule: false, useListenNotify: true })
  boss.on('error', console.error)
  await boss.start()
  return Object.assign(boss, { [Symbol.asyncDispose]: () => boss.stop({ graceful: false }) })
}

const sendInside = async ({ kysely }: Database, data: object, end: () => void): Promise<void> => {
  await kysely.transaction().execute(async (trx) => {
    const boss = new PgBoss({ db: fromKysely(trx), migrate: false, supervise: false, schedule: false })
    await boss.send(name, data, { singletonKey: 'one' })
    end()
  })
}

describe.each(testDatabases())('$name', ({ open }) => {
  test('a job that is sent in a transaction wakes a worker after the commit, without waiting for its poll', async () => {
    await using database = await open()
    await using boss = await startBoss(database)
    const done: object[] = []
    await boss.work<object>(name, { pollingIntervalSeconds: 60 }, async ([job]) => {
      done.push(job?.data ?? {})
    })
    const rolledBack = sendInside(database, { number: 1 }, () => {
      throw new Error('no')
    })
    await expect(rolledBack).rejects.toThrow('no')
    await sendInside(database, { number: 2 }, () => {})
    await expect.poll(() => done, { timeout: 10_000 }).toEqual([{ number: 2 }])
  })

  test('of one key one job waits', async () => {
    await using database = await open()
    await using boss = await startBoss(database)
    await sendInside(database, { number: 1 }, () => {})
    await sendInside(database, { number: 2 }, () => {})
    const waiting: JobWithMetadata<object>[] = await boss.fetch<object>(name, { batchSize: 10, includeMetadata: true })
    expect(waiting.map(({ data }) => data)).toEqual([{ number: 1 }])
    expect(waiting[0]?.createdOn).toBeInstanceOf(Date)
  })

  test('a queue follows its spec', async () => {
    await using database = await open()
    await using boss = await startBoss(database)
    await createQueues(boss, { [name]: { ...jobs[name], retryLimit: 3, retryDelaySeconds: 7 } })
    expect(await boss.getQueue(name)).toMatchObject({ policy: 'short', notify: true, retryLimit: 3, retryDelay: 7, retryBackoff: true })
  })

  describe('a job that is not done', () => {
    /** Runs the one job until it is `seen`, answering `outcomes` one after the other. */
    const runWith = async (database: Database, outcomes: JobOutcome[], options: { readonly retryLimit?: number } = {}) => {
      const runs: number[] = []
      const no = async (): Promise<JobOutcome> => jobDone
      const handlers: JobHandlers = {
        'deliver-conversation': no,
        'fetch-profile': async () => {
          runs.push(Date.now())
          return outcomes[runs.length - 1] ?? jobDone
        },
        'wake-deliveries': no,
        'refresh-credentials': no,
        'refresh-credential': no,
        'subscribe-webhooks': no,
        'tend-intake': no,
        'forget-answers': no,
        'check-subscriptions': no,
        'end-subscription': no,
        'erase-account': no,
        'watch-silence': no,
      }
      await using boss = await startBoss(database)
      await boss.send('fetch-profile', { accountId: 1, inboxId: 2, contactInboxId: 3 }, { singletonKey: 'one', ...options })
      const consumer = await startJobConsumer({ database: database.jobs, handlers, logger: silent })
      return { runs, [Symbol.asyncDispose]: () => consumer.stop() }
    }
    const rows = async ({ kysely }: Database) =>
      (
        await sql<{ state: string; data: object; wait: number; left: number }>`
          select state::text, data, extract(epoch from start_after - now())::float as wait, retry_limit as left
          from pgboss.job where name = 'fetch-profile' order by created_on, start_after`.execute(kysely)
      ).rows

    test('is tried again when it says, with the tries that are left, and not before', async () => {
      await using database = await open()
      await using run = await runWith(database, [{ done: false, reason: 'channel.rate_limited', retryAfter: 600_000 }])
      await expect.poll(() => rows(database), { timeout: 10_000 }).toHaveLength(2)
      await expect.poll(async () => (await rows(database))[0]?.state, { timeout: 10_000 }).toBe('completed')
      const again = (await rows(database))[1]
      expect(again).toMatchObject({ state: 'created', data: { contactInboxId: 3 }, left: jobs['fetch-profile'].retryLimit - 1 })
      expect(again?.wait).toBeGreaterThan(580)
      expect(again?.wait).toBeLessThan(601)
      expect(run.runs).toHaveLength(1)
    })

    test('runs again after a short time, and then is done', async () => {
      await using database = await open()
      await using run = await runWith(database, [{ done: false, reason: 'channel.rate_limited', retryAfter: 100 }])
      await expect.poll(() => run.runs, { timeout: 20_000 }).toHaveLength(2)
      await expect
        .poll(async () => (await rows(database)).map(({ state }) => state), { timeout: 10_000 })
        .toEqual(['completed', 'completed'])
    })

    test('fails when no try is left', async () => {
      await using database = await open()
      await using run = await runWith(database, [{ done: false, reason: 'channel.rate_limited', retryAfter: 1 }], { retryLimit: 0 })
      await expect.poll(async () => (await rows(database)).map(({ state }) => state), { timeout: 10_000 }).toEqual(['failed'])
      expect(run.runs).toHaveLength(1)
    })

    test('without a time of its own waits for the back-off of its queue', async () => {
      await using database = await open()
      await using run = await runWith(database, [{ done: false, reason: 'channel.unavailable' }])
      await expect.poll(async () => (await rows(database)).map(({ state }) => state), { timeout: 10_000 }).toEqual(['retry'])
      expect(run.runs).toHaveLength(1)
    })
  })
})
