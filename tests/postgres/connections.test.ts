import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { openPostgres } from '#adapters/postgres/database.ts'
import { freshPostgresUrl, testDatabases, testServers } from '../support/databases.ts'
import { startPostgres } from '../support/postgres-server.ts'

const ownPid = sql<{ pid: number }>`select pg_backend_pid() as pid`

test.each(testServers())('%s: a connection that breaks inside a transaction fails it and nothing else', async (server) => {
  await using fresh = await freshPostgresUrl(server)
  await using database = openPostgres({ url: fresh.url, onError: () => {} })
  const broken = database.kysely.transaction().execute(async (trx) => {
    const { rows } = await ownPid.execute(trx)
    await sql`select pg_terminate_backend(${rows[0]?.pid}, 5000)`.execute(database.kysely)
    await ownPid.execute(trx)
  })
  await expect(broken).rejects.toThrow()
  expect((await ownPid.execute(database.kysely)).rows).toHaveLength(1)
})

test.each(testServers())('%s: an idle connection that breaks is reported and replaced', async (server) => {
  await using fresh = await freshPostgresUrl(server)
  const errors: Error[] = []
  await using database = openPostgres({ url: fresh.url, poolSize: 1, onError: (error) => errors.push(error) })
  await using other = openPostgres({ url: fresh.url, onError: () => {} })
  const { rows } = await ownPid.execute(database.kysely)
  await sql`select pg_terminate_backend(${rows[0]?.pid}, 5000)`.execute(other.kysely)
  await expect.poll(() => errors).toHaveLength(1)
  expect((await ownPid.execute(database.kysely)).rows).toHaveLength(1)
})

test.each(testDatabases())('$name: a script that fails in its transaction leaves nobody inside it', async ({ open }) => {
  await using database = await open()
  const [failed, ...others] = await Promise.allSettled([
    database.runScript('begin; create table half (); select no_such_function(); commit'),
    database.kysely.transaction().execute((trx) => ownPid.execute(trx)),
    database.runScript('create table whole ()'),
    ownPid.execute(database.kysely),
  ])
  expect(failed).toMatchObject({ status: 'rejected', reason: { code: '42883' } })
  expect(others.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled'])
  const found = sql`select to_regclass('half') is not null as half, to_regclass('whole') is not null as whole`
  expect((await found.execute(database.kysely)).rows).toEqual([{ half: false, whole: true }])
})

test('a server that is not there is an error and not a wait', async () => {
  const server = await startPostgres(18)
  await server[Symbol.asyncDispose]()
  await using database = openPostgres({ url: server.url, onError: () => {} })
  await expect(ownPid.execute(database.kysely)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
})

test.each(testServers())(
  '%s: a statement is prepared once, however often it is asked, and texts without end are not kept',
  async (server) => {
    await using fresh = await freshPostgresUrl(server)
    await using database = openPostgres({ url: fresh.url, poolSize: 1, onError: () => {} })
    const ask = (text: string) => sql`select ${1}::int as answer, ${sql.lit(text)} as text`.execute(database.kysely)
    for (let n = 0; n < 3; n++) await ask('the same')
    const prepared = sql<{ count: number }>`select count(*)::int as count from pg_prepared_statements where name like 'dovecote%'`
    expect((await prepared.execute(database.kysely)).rows).toEqual([{ count: 1 }])
    for (let n = 0; n < 600; n++) await ask(`another ${n}`)
    expect((await prepared.execute(database.kysely)).rows).toEqual([{ count: 500 }])
  },
)
