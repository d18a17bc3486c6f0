import { fromKysely, type JobWithMetadata, PgBoss } from 'pg-boss'
import { describe, expect, test } from 'vitest'
import { createQueues } from '#adapters/jobs/queues.ts'
import type { Database } from '#adapters/postgres/database.ts'
import { jobs } from '#application/jobs.ts'
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
})
