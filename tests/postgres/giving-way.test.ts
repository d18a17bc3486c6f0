import { setImmediate } from 'node:timers/promises'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Database } from '#adapters/postgres/database.ts'
import { openPglite } from '#adapters/postgres/pglite.ts'

/** Keeps the database busy for a millisecond or more. */
const counting = 'select count(*) from generate_series(1, 5000)'
const count = sql.raw(counting)
const many = Array.from({ length: 200 })

let database: Database
beforeAll(async () => {
  database = await openPglite({ onError: () => {} })
})
afterAll(() => database[Symbol.asyncDispose]())

const ways: Record<string, () => Promise<unknown>> = {
  'that wait for one another': () => Promise.all(many.map(() => count.execute(database.kysely))),
  'of one transaction': () =>
    database.kysely.transaction().execute(async (trx) => {
      for (const _ of many) await count.execute(trx)
    }),
  'of the job queue': () => Promise.all(many.map(() => database.jobs.db.executeSql(counting))),
}

test.each(Object.keys(ways))('an embedded database at work on statements %s gives way to others', async (way) => {
  let done = false
  const work = ways[way]?.().finally(() => {
    done = true
  })
  let turns = 0
  for (; !done; turns++) await setImmediate()
  await work
  expect(turns).toBeGreaterThan(10)
})
