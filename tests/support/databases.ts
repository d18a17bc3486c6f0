import { randomUUID } from 'node:crypto'
import { cpSync, existsSync, mkdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { inject } from 'vitest'
import { type Database, openPostgres } from '#adapters/postgres/database.ts'
import { openPglite } from '#adapters/postgres/pglite.ts'
import { execute } from './execute.ts'

export type PostgresName = 'postgres18' | 'postgres15'

export interface PostgresUrl extends AsyncDisposable {
  readonly url: string
}

export interface TestDatabase {
  readonly name: 'pglite' | PostgresName
  /** A migrated database of the test's own; disposing of it closes and drops it. */
  open(): Promise<Database>
}

const createPostgresDatabase = async (server: PostgresName, source: string): Promise<PostgresUrl> => {
  const serverUrl = inject(server)
  if (serverUrl === null) throw new Error(`This machine has no ${server}.`)
  const name = `dovecote_test_${randomUUID().replaceAll('-', '')}`
  await execute(serverUrl, `create database ${name} template ${source} strategy file_copy`)
  const url = new URL(serverUrl)
  url.pathname = name
  return { url: url.href, [Symbol.asyncDispose]: () => execute(serverUrl, `drop database if exists ${name} with (force)`) }
}

/** The URL of a migrated database, for tests that start processes. Disposing of it drops it, whoever is still connected. */
export const freshPostgresUrl = (server: PostgresName = 'postgres18'): Promise<PostgresUrl> =>
  createPostgresDatabase(server, inject('templateDatabase'))

/** The URL of a database without anything in it. */
export const emptyPostgresUrl = (server: PostgresName = 'postgres18'): Promise<PostgresUrl> => createPostgresDatabase(server, 'template0')

const openFreshPostgres = async (server: PostgresName): Promise<Database> => {
  const fresh = await freshPostgresUrl(server)
  const database = openPostgres({ url: fresh.url, onError: () => {} })
  return {
    ...database,
    async [Symbol.asyncDispose]() {
      await database[Symbol.asyncDispose]()
      await fresh[Symbol.asyncDispose]()
    },
  }
}

/** Read once for each test file. */
const pgliteTemplate: { blob?: Blob } = {}

const openFreshPglite = async (): Promise<Database> => {
  pgliteTemplate.blob ??= new Blob([await readFile(inject('pgliteTemplate'))])
  return openPglite({ loadDataDir: pgliteTemplate.blob, onError: () => {} })
}

/** Puts a migrated embedded database into a data folder that has none. A first start makes the same in some seconds. */
export const provideEmbedded = (dir: string): void => {
  const place = join(dir, 'pgdata')
  if (existsSync(place)) return
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  cpSync(inject('pgliteFolder'), place, { recursive: true })
}

/** The PostgreSQL servers of this run: 18 always, 15 where the machine has it. */
export const testServers = (): PostgresName[] => (inject('postgres15') === null ? ['postgres18'] : ['postgres18', 'postgres15'])

/** Every database that we promise to run on and that this machine has: `describe.each(testDatabases())('$name', …)`. */
export const testDatabases = (): TestDatabase[] => [
  { name: 'pglite', open: openFreshPglite },
  ...testServers().map((name) => ({ name, open: () => openFreshPostgres(name) })),
]
