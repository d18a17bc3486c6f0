import { sql } from 'kysely'
import { fromKysely, type JobWithMetadata, PgBoss } from 'pg-boss'
import { describe, expect, test } from 'vitest'
import { createIds } from '#adapters/crypto/uuid-v7.ts'
import { type JobHandlers, startJobConsumer } from '#adapters/jobs/consumer.ts'
import { createQueues } from '#adapters/jobs/queues.ts'
import type { Database } from '#adapters/postgres/database.ts'
import { createUnitOfWork } from '#adapters/postgres/unit-of-work.ts'
import { jobsChannel } from '#adapters/postgres/wakes.ts'
import { type JobOutcome, jobDone } from '#application/job-outcome.ts'
import { jobs } from '#application/jobs.ts'
import { err, ok } from '#domain/shared/result.ts'
import { silent } from '../application/support.ts'
import { testDatabases } from '../support/databases.ts'

const name = 'deliver-conversation'

const startBoss = async ({ jobs: options }: Database): Promise<PgBoss & AsyncDisposable> => {
  const boss = new PgBoss({ ...options, migrate: false, supervise: false, schedule: false })
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

const no = async (): Promise<JobOutcome> => jobDone

const noHandlers: JobHandlers = {
  'deliver-conversation': no,
  'fetch-profile': no,
  'wake-deliveries': no,
  'refresh-credentials': no,
  'refresh-credential': no,
  'subscribe-webhooks': no,
  'tend-intake': no,
  'forget-answers': no,
  'check-subscriptions': no,
  'end-subscription': no,
  'erase-account': no,
  'erase-contact': no,
  'watch-silence': no,
  'refresh-profiles': no,
  'fill-gaps': no,
  'find-gaps': no,
  'fetch-media': no,
  'wake-media': no,
  'remove-media': no,
  'sweep-media': no,
  'deliver-webhooks': no,
  'wake-webhooks': no,
}

describe.each(testDatabases())('$name', ({ open }) => {
  test('jobs wake the workers of their queues once they are committed, and not before they are due', async () => {
    await using database = await open()
    const told: string[] = []
    const stop = await database.listen(jobsChannel, (queue) => told.push(queue))
    const unitOfWork = createUnitOfWork({ database, ids: createIds() })
    const enqueue = async (key: string, more: { readonly at?: number; readonly fails?: true } = {}) =>
      unitOfWork.run(async (tx) => {
        const { at, fails } = more
        const payload = { accountId: 1, inboxId: 2, conversationId: 3 }
        await tx.jobs.enqueue([{ name, key, payload, ...(at === undefined ? {} : { at }) }])
        return fails ? err('no') : ok('yes')
      })
    await enqueue('never', { fails: true })
    await enqueue('later', { at: Date.now() + 600_000 })
    expect(await enqueue('now')).toEqual(ok('yes'))
    await expect.poll(() => told, { timeout: 10_000 }).toEqual([name])
    await Promise.all(Array.from({ length: 20 }, (_, n) => enqueue(`${n}`)))
    await expect.poll(() => told.length, { timeout: 10_000 }).toBeGreaterThan(1)
    await stop()
  })

  test('a worker that is woken takes what is due without waiting for its poll', async () => {
    await using database = await open()
    await using boss = await startBoss(database)
    const done: string[] = []
    const handlers = {
      ...noHandlers,
      [name]: async ({ conversationId }: { readonly conversationId: number }) => {
        done.push(`conversation ${conversationId}`)
        return jobDone
      },
    }
    const consumer = await startJobConsumer({ database: database.jobs, handlers, logger: silent, pollEvery: 600_000 })
    for (const [n, queue] of [name, ''].entries()) {
      await boss.send(name, { accountId: 1, inboxId: 2, conversationId: n }, { singletonKey: `${n}` })
      consumer.wake(queue)
      await expect.poll(() => done, { timeout: 10_000 }).toContain(`conversation ${n}`)
    }
    await consumer.stop()
  })

  test('a job that is for a moment later is taken then, without waiting for the poll', async () => {
    await using database = await open()
    const begun: number[] = []
    const handlers = {
      ...noHandlers,
      [name]: async () => {
        begun.push(Date.now())
        return jobDone
      },
    }
    const consumer = await startJobConsumer({ database: database.jobs, handlers, logger: silent, pollEvery: 600_000 })
    const stop = await database.listen(jobsChannel, consumer.wake)
    const at = Date.now() + 700
    const payload = { accountId: 1, inboxId: 2, conversationId: 3 }
    await createUnitOfWork({ database, ids: createIds() }).run(async (tx) => ok(await tx.jobs.enqueue([{ name, key: 'one', payload, at }])))
    await expect.poll(() => begun, { timeout: 30_000 }).toHaveLength(1)
    expect(begun[0]).toBeGreaterThanOrEqual(at)
    await stop()
    await consumer.stop()
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
    expect(await boss.getQueue(name)).toMatchObject({ policy: 'short', notify: false, retryLimit: 3, retryDelay: 7, retryBackoff: true })
  })

  describe('a job that is not done', () => {
    /** Runs the one job until it is `seen`, answering `outcomes` one after the other. */
    const runWith = async (database: Database, outcomes: JobOutcome[], options: { readonly retryLimit?: number } = {}) => {
      const runs: number[] = []
      const handlers: JobHandlers = {
        ...noHandlers,
        'fetch-profile': async () => {
          runs.push(Date.now())
          return outcomes[runs.length - 1] ?? jobDone
        },
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
