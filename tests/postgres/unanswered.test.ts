import { type RawBuilder, sql, type Transaction } from 'kysely'
import { expect, test } from 'vitest'
import { type Database, openPostgres } from '#adapters/postgres/database.ts'
import type { Tables } from '#adapters/postgres/tables.ts'
import { askTogether, write } from '#adapters/postgres/unanswered.ts'
import { freshPostgresUrl, testDatabases, testServers } from '../support/databases.ts'

const add = (n: number): RawBuilder<unknown> => sql`insert into numbers (n) values (${n})`

const open = async (database: Database): Promise<void> => database.runScript('create table numbers (n integer primary key)')

const numbers = async (db: Database['kysely'] | Transaction<Tables>): Promise<number[]> => {
  const { rows } = await sql<{ n: number }>`select n from numbers order by n`.execute(db)
  return rows.map(({ n }) => n)
}

test.each(testDatabases())('$name: what was written without waiting is seen by what comes after it, and committed', async (named) => {
  await using database = await named.open()
  await open(database)
  const seen = await database.kysely.transaction().execute(async (trx) => {
    await write(trx, add(1))
    await write(trx, add(2))
    const before = await numbers(trx)
    await write(trx, add(3))
    return before
  })
  expect(seen).toEqual([1, 2])
  expect(await numbers(database.kysely)).toEqual([1, 2, 3])
})

test.each(testDatabases())(
  '$name: one that is refused fails its transaction with its own reason, whatever comes after it',
  async (named) => {
    await using database = await named.open()
    await open(database)
    const taken = { code: '23505' }
    const run = (work: (trx: Transaction<Tables>) => Promise<unknown>) => database.kysely.transaction().execute(work)
    const twice = async (trx: Transaction<Tables>): Promise<void> => {
      await write(trx, add(1))
      await write(trx, add(1))
      await write(trx, add(2))
    }
    await expect(run(twice)).rejects.toMatchObject(taken)
    await expect(run(async (trx) => [await twice(trx), await numbers(trx)])).rejects.toMatchObject(taken)
    expect(await numbers(database.kysely)).toEqual([])
  },
)

test.each(testDatabases())('$name: a transaction that is given up leaves nothing, and nobody inside it', async (named) => {
  await using database = await named.open()
  await open(database)
  const given = database.kysely.transaction().execute(async (trx) => {
    await write(trx, add(1))
    throw new Error('given up')
  })
  await expect(given).rejects.toThrow('given up')
  await database.kysely.transaction().execute(async () => {})
  await add(2).execute(database.kysely)
  expect(await numbers(database.kysely)).toEqual([2])
})

test.each(testServers())('%s: a connection that is lost fails the transaction and not the process', async (server) => {
  await using fresh = await freshPostgresUrl(server)
  await using database = openPostgres({ url: fresh.url, onError: () => {} })
  await open(database)
  const lost = database.kysely.transaction().execute(async (trx) => {
    const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(trx)
    await sql`select pg_terminate_backend(${rows[0]?.pid}, 5000)`.execute(database.kysely)
    await write(trx, add(1))
    await write(trx, add(2))
  })
  await expect(lost).rejects.toThrow()
  expect(await numbers(database.kysely)).toEqual([])
})

test.each(testServers())('%s: without a pipeline everything is waited for, and means the same', async (server) => {
  await using fresh = await freshPostgresUrl(server)
  await using database = openPostgres({ url: fresh.url, pipeline: false, onError: () => {} })
  await open(database)
  await database.kysely.transaction().execute(async (trx) => {
    await write(trx, add(1))
    await expect(write(trx, add(1))).rejects.toMatchObject({ code: '23505' })
    await sql`rollback`.execute(trx)
  })
  expect(await numbers(database.kysely)).toEqual([])
})

test.each(testDatabases())('$name: what is asked together is answered in order, each seeing what came before it', async (named) => {
  await using database = await named.open()
  await open(database)
  const all = sql<{ n: number }>`select n from numbers order by n`
  const adding = (n: number) => sql<{ n: number }>`insert into numbers (n) values (${n}) returning n`
  const answers = await database.kysely.transaction().execute(async (trx) => {
    await write(trx, add(1))
    return askTogether(trx, all, adding(2), all, sql`delete from numbers where n = 3`, adding(4), all)
  })
  expect(answers.map((rows) => rows.map((row) => (row as { n: number }).n))).toEqual([[1], [2], [1, 2], [], [4], [1, 2, 4]])
  const broken = database.kysely.transaction().execute((trx) => askTogether(trx, all, adding(1), all))
  await expect(broken).rejects.toMatchObject({ code: '23505' })
  expect(await numbers(database.kysely)).toEqual([1, 2, 4])
})
