import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { Readable } from 'node:stream'
import { sql } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDiskStore } from '#adapters/media/disk.ts'
import { openEmbedded } from '#adapters/postgres/embedded.ts'
import { migrate } from '../../db/migrate.ts'
import { openBackup } from '../../src/runtime/back-up.ts'
import { readConfig } from '../../src/runtime/environment.ts'
import { restore } from '../../src/runtime/restore.ts'
import { freshPostgresUrl } from '../support/databases.ts'
import { rowsOf } from '../support/execute.ts'
import { startProgram } from '../support/process.ts'
import { eventually } from '../support/system.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const patience = 300_000

/** A backup with an account, a file and a key in it. */
const makeBackup = async (folder: string): Promise<string> => {
  const dataDir = `${folder}/source`
  await createDiskStore(`${dataDir}/media`).put('1/attachments/1', Readable.from([Buffer.from('a picture')]))
  writeFileSync(`${dataDir}/encryption-keys`, 'the key')
  await using database = await openEmbedded({ dir: dataDir, onError: () => {} })
  await migrate(database)
  await sql`insert into accounts (name, created_at) values ('Corner Bakery', now())`.execute(database.kysely)
  const bytes = await new Response(await openBackup({ database, dataDir })).bytes()
  writeFileSync(`${folder}/one.backup`, bytes)
  return `${folder}/one.backup`
}

const home = temporaryFolder()
let backup: string
beforeAll(async () => {
  backup = await makeBackup(home.path)
}, patience)
afterAll(() => home[Symbol.dispose]())

/** Where it is to be restored. */
const start = async () => {
  const folder = temporaryFolder()
  const server = await freshPostgresUrl()
  const env = { DATA_DIR: `${folder.path}/target`, DATABASE_URL: server.url }
  return {
    url: server.url,
    dataDir: env.DATA_DIR,
    begin: () => startProgram('src/cli/main.ts', ['restore', backup], env),
    run: () => restore(readConfig(env), backup, false),
    names: () => rowsOf(server.url, 'select name from accounts'),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]()
      folder[Symbol.dispose]()
    },
  }
}

/** Nobody can add to a table of this database, until disposed of. */
const holdUp = async (url: string, table: string): Promise<AsyncDisposable> => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query('begin')
  await client.query(`lock table ${table} in share mode`)
  return { [Symbol.asyncDispose]: () => client.end() }
}

test('a restore into PostgreSQL that is killed leaves nothing in the way of the next one', { timeout: patience }, async () => {
  await using scene = await start()
  const { url, dataDir, begin, run, names } = scene
  {
    await using _ = await holdUp(url, 'accounts')
    await using program = begin()
    const waiting = "select 1 from pg_locks where not granted and relation = 'accounts'::regclass"
    await eventually(async () => (await rowsOf(url, waiting)).length > 0, 'waiting for the table', patience)
    program.kill('SIGKILL')
    await program.exited
  }
  expect(readdirSync(dataDir)).toEqual(['media'])
  expect(existsSync(`${dataDir}/media/1`)).toBe(false)
  expect(await names()).toEqual([])

  await run()
  expect(await names()).toEqual([{ name: 'Corner Bakery' }])
  expect(readdirSync(`${dataDir}/media`)).toEqual(['1'])
  expect(readFileSync(`${dataDir}/media/1/attachments/1`, 'utf8')).toBe('a picture')
  expect(readFileSync(`${dataDir}/encryption-keys`, 'utf8')).toBe('the key')
})

test('folders that were left empty are in nobody’s way, a key that opens something else is', { timeout: patience }, async () => {
  await using scene = await start()
  const { dataDir, run, names } = scene
  mkdirSync(`${dataDir}/media/1/attachments`, { recursive: true })
  writeFileSync(`${dataDir}/encryption-keys`, 'another key')
  await expect(run()).rejects.toThrow('The file encryption-keys in')
  expect(await names()).toEqual([])
  expect(readFileSync(`${dataDir}/encryption-keys`, 'utf8')).toBe('another key')
  expect(readdirSync(`${dataDir}/media/1/attachments`)).toEqual([])

  writeFileSync(`${dataDir}/encryption-keys`, 'the key')
  await run()
  expect(readFileSync(`${dataDir}/media/1/attachments/1`, 'utf8')).toBe('a picture')
})
