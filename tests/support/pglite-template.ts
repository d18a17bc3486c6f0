import { createHash, randomUUID } from 'node:crypto'
import { existsSync, globSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { PGlite } from '@electric-sql/pglite'
import { createPgliteDatabase } from '#adapters/postgres/pglite.ts'
import { migrate } from '../../db/migrate.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const cache = `${root}node_modules/.cache/dovecote`

/** Everything that the template is made from. */
const sources = [
  'node_modules/{@electric-sql/pglite,pg-boss}/package.json',
  'db/migrate.ts',
  'db/migrations/*.sql',
  'src/application/jobs.ts',
  'src/adapters/jobs/queues.ts',
  'tests/support/pglite-template.ts',
]

const fingerprint = (): string => {
  const hash = createHash('sha256')
  for (const path of globSync(sources, { cwd: root }).sort()) hash.update(`${path}\n`).update(readFileSync(root + path))
  return hash.digest('hex').slice(0, 16)
}

/** Smaller by two databases that nobody copies, and without a log to replay, it opens in half the time. */
const shrink = ['update pg_database set datistemplate = false', 'drop database template0', 'drop database template1', 'checkpoint']

const writeTemplate = async (path: string): Promise<void> => {
  const pglite = await PGlite.create()
  await using database = createPgliteDatabase(pglite, { onError: console.error })
  await migrate(database)
  for (const statement of shrink) await pglite.exec(statement)
  const dump = await pglite.dumpDataDir('none')
  const draft = `${path}.${randomUUID()}`
  writeFileSync(draft, new Uint8Array(await dump.arrayBuffer()))
  renameSync(draft, path)
}

const removeOld = (): void => {
  const yesterday = Date.now() - 86_400_000
  for (const path of globSync(`${cache}/pglite-*`)) if (statSync(path).mtimeMs < yesterday) rmSync(path, { force: true })
}

/** The path of a file with the data folder of a migrated PGlite. It takes seconds to make, so it is kept until something in it changes. */
export const pgliteTemplate = async (): Promise<string> => {
  const path = `${cache}/pglite-${fingerprint()}.tar`
  if (existsSync(path)) return path
  mkdirSync(cache, { recursive: true })
  removeOld()
  await writeTemplate(path)
  return path
}
