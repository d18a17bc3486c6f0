import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { type Database, openPostgres } from '#adapters/postgres/database.ts'
import { freshPostgresUrl, testDatabases, testServers } from '../support/databases.ts'
import { startPostgres } from '../support/postgres-server.ts'

const notify = async ({ kysely }: Database, channel: string, payload: string): Promise<void> => {
  await sql`select pg_notify(${channel}, ${payload})`.execute(kysely)
}

describe.each(testDatabases())('$name', ({ open }) => {
  test('hears its channel, and no more once it stopped', async () => {
    await using database = await open()
    const heard: string[] = []
    const last: string[] = []
    const stop = await database.listen('Wake up', (payload) => heard.push(payload))
    await database.listen('other', (payload) => last.push(payload))
    await notify(database, 'Wake up', 'one')
    await notify(database, 'elsewhere', 'not this')
    await notify(database, 'other', 'two')
    await expect.poll(() => last).toEqual(['two'])
    expect(heard).toEqual(['one'])
    await stop()
    await notify(database, 'Wake up', 'three')
    await notify(database, 'other', 'four')
    await expect.poll(() => last).toEqual(['two', 'four'])
    expect(heard).toEqual(['one'])
  })

  test('a notification comes with the commit and not before', async () => {
    await using database = await open()
    const heard: string[] = []
    await database.listen('wake', (payload) => heard.push(payload))
    const rolledBack = database.kysely.transaction().execute(async (trx) => {
      await sql`select pg_notify('wake', 'rolled back')`.execute(trx)
      throw new Error('no')
    })
    await expect(rolledBack).rejects.toThrow('no')
    await database.kysely.transaction().execute((trx) => sql`select pg_notify('wake', 'committed')`.execute(trx))
    await expect.poll(() => heard).toEqual(['committed'])
  })

  test('a function that throws does not disturb the others', async () => {
    await using database = await open()
    const heard: string[] = []
    await database.listen('wake', () => {
      throw new Error('from the function')
    })
    await database.listen('wake', (payload) => heard.push(payload))
    await notify(database, 'wake', 'one')
    await expect.poll(() => heard).toEqual(['one'])
  })
})

test.each(testServers())('%s: comes back after its connection was ended, and says that it may have missed something', async (server) => {
  await using fresh = await freshPostgresUrl(server)
  const errors: string[] = []
  await using database = openPostgres({ url: fresh.url, onError: ({ message }) => errors.push(message) })
  const heard: string[] = []
  await database.listen('wake', (payload) => heard.push(payload))
  await sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query like 'listen %'`.execute(
    database.kysely,
  )
  await expect.poll(() => heard, { timeout: 10_000 }).toEqual([''])
  await notify(database, 'wake', 'after')
  await expect.poll(() => heard).toEqual(['', 'after'])
  expect(errors).toEqual([expect.stringContaining('The connection that listens for notifications was lost')])
})

test('comes back after the server was restarted, and so do queries', async () => {
  await using server = await startPostgres(18)
  await using database = openPostgres({ url: server.url, onError: () => {} })
  const heard: string[] = []
  await database.listen('wake', (payload) => heard.push(payload))
  await notify(database, 'wake', 'before')
  await expect.poll(() => heard).toEqual(['before'])
  await server.restart()
  await expect.poll(() => heard, { timeout: 10_000 }).toEqual(['before', ''])
  await notify(database, 'wake', 'after')
  await expect.poll(() => heard).toEqual(['before', '', 'after'])
})

test('stopping and closing do not wait for a server that is away', async () => {
  await using server = await startPostgres(18)
  const lost = Promise.withResolvers<void>()
  const database = openPostgres({ url: server.url, onError: () => lost.resolve() })
  const stop = await database.listen('wake', () => {})
  await server[Symbol.asyncDispose]()
  await lost.promise
  await stop()
  await database[Symbol.asyncDispose]()
})

test('listening fails while there is no server, and can be tried again', async () => {
  const away = await startPostgres(18)
  await away[Symbol.asyncDispose]()
  await using database = openPostgres({ url: away.url, onError: () => {} })
  for (const _ of [1, 2]) await expect(database.listen('wake', () => {})).rejects.toMatchObject({ code: 'ECONNREFUSED' })
})
