import { cpSync, readdirSync, writeFileSync } from 'node:fs'
import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { type Database, openPostgres } from '#adapters/postgres/database.ts'
import { openPglite } from '#adapters/postgres/pglite.ts'
import { migrate, pendingMigrations } from '../../db/migrate.ts'
import { emptyPostgresUrl, testDatabases, testServers } from '../support/databases.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const files = readdirSync('db/migrations').sort()

const open = (url: string): Database => openPostgres({ url, poolSize: 2, onError: () => {} })

const tablesOf = async ({ kysely }: Database): Promise<string[]> => {
  const { rows } = await sql<{
    name: string
  }>`select relname as name from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace`.execute(kysely)
  return rows.map(({ name }) => name)
}

test('PGlite, from nothing: every file once, and none the second time', async () => {
  await using database = await openPglite({ onError: console.error })
  expect(await pendingMigrations(database)).toEqual([...files, 'pg-boss'])
  expect(await migrate(database)).toEqual({ applied: files })
  expect(await pendingMigrations(database)).toEqual([])
  expect(await migrate(database)).toEqual({ applied: [] })
})

describe.each(testServers())('%s', (server) => {
  test('from nothing: every file once, and none the second time', async () => {
    await using empty = await emptyPostgresUrl(server)
    await using database = open(empty.url)
    expect(await pendingMigrations(database)).toEqual([...files, 'pg-boss'])
    expect(await migrate(database)).toEqual({ applied: files })
    expect(await pendingMigrations(database)).toEqual([])
    expect(await migrate(database)).toEqual({ applied: [] })
  })

  test.each([1, 2, 3])('several at once on an empty database: each file is applied by one of them (%i)', async () => {
    await using empty = await emptyPostgresUrl(server)
    await using databases = new AsyncDisposableStack()
    const runs = await Promise.all(Array.from({ length: 4 }, () => migrate(databases.use(open(empty.url)))))
    expect(runs.flatMap(({ applied }) => applied).sort()).toEqual(files)
    expect(await pendingMigrations(databases.use(open(empty.url)))).toEqual([])
  })
})

describe.each(testDatabases())('$name', ({ open: openMigrated }) => {
  const withFile = (name: string, content: string): ReturnType<typeof temporaryFolder> => {
    const folder = temporaryFolder()
    cpSync('db/migrations', folder.path, { recursive: true })
    writeFileSync(`${folder.path}/${name}`, content)
    return folder
  }

  test('refuses to go on when an applied file was changed', async () => {
    await using database = await openMigrated()
    using folder = withFile(files[0]!, 'select 1')
    await expect(migrate(database, { directory: folder.path })).rejects.toThrow(
      `The migration ${files[0]} was changed after it was applied to this database; put it back and write a new one.`,
    )
  })

  test('line ends do not change a file', async () => {
    await using database = await openMigrated()
    using folder = withFile('9001_ends.sql', 'create table ends_one ();\ncreate table ends_two ();\n')
    await migrate(database, { directory: folder.path })
    writeFileSync(`${folder.path}/9001_ends.sql`, 'create table ends_one ();\r\ncreate table ends_two ();\r\n')
    expect(await migrate(database, { directory: folder.path })).toEqual({ applied: [] })
  })

  test('a file that fails leaves nothing behind, and those before it stay', async () => {
    await using database = await openMigrated()
    using folder = withFile('9001_good.sql', 'create table good (); -- the end')
    writeFileSync(`${folder.path}/9002_bad.sql`, 'create table bad (); select no_such_function();')
    await expect(migrate(database, { directory: folder.path })).rejects.toThrow(
      'The migration 9002_bad.sql failed and left nothing behind.',
    )
    expect(await tablesOf(database)).toContain('good')
    expect(await tablesOf(database)).not.toContain('bad')
    writeFileSync(`${folder.path}/9002_bad.sql`, 'create table bad ();')
    expect(await migrate(database, { directory: folder.path })).toEqual({ applied: ['9002_bad.sql'] })
  })
})
