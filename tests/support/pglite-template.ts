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

/** Smaller by two databases that nobody copies, with less memory to clear, and without a log to replay, it opens in a third of the time. */
const shrink = [
  'update pg_database set datistemplate = false',
  'drop database template0',
  'drop database template1',
  "alter system set shared_buffers = '4MB'",
  'checkpoint',
]

/** Written beside its place and then moved there, so that nobody sees half of it. */
const moveInto = async (path: string, write: (draft: string) => Promise<void>): Promise<void> => {
  const draft = `${path}.${randomUUID()}`
  await write(draft)
  try {
    renameSync(draft, path)
  } catch (error) {
    // Another run was first.
    rmSync(draft, { recursive: true, force: true })
    if (!existsSync(path)) throw error
  }
}

const writeTemplate = async (draft: string): Promise<void> => {
  const pglite = await PGlite.create()
  await using database = createPgliteDatabase(pglite, { onError: console.error })
  await migrate(database)
  for (const statement of shrink) await pglite.exec(statement)
  const dump = await pglite.dumpDataDir('none')
  writeFileSync(draft, new Uint8Array(await dump.arrayBuffer()))
}

/** The same as a folder, with the memory of every new installation. */
const unpackTemplate = async (file: string, draft: string): Promise<void> => {
  const pglite = await PGlite.create({ dataDir: draft, loadDataDir: new Blob([readFileSync(file)]) })
  await pglite.exec('alter system reset shared_buffers')
  await pglite.exec('checkpoint')
  await pglite.close()
}

const removeOld = (): void => {
  const yesterday = Date.now() - 86_400_000
  for (const path of globSync(`${cache}/pglite-*`)) if (statSync(path).mtimeMs < yesterday) rmSync(path, { recursive: true, force: true })
}

export interface PgliteTemplate {
  /** The path of a file with the data folder of a migrated PGlite, as `loadDataDir` takes it. */
  readonly file: string
  /** The path of such a folder itself, to be copied. */
  readonly folder: string
}

/** They take seconds to make, so they are kept until something in them changes. */
export const pgliteTemplate = async (): Promise<PgliteTemplate> => {
  const folder = `${cache}/pglite-${fingerprint()}`
  const file = `${folder}.tar`
  if (existsSync(file) && existsSync(folder)) return { file, folder }
  mkdirSync(cache, { recursive: true })
  removeOld()
  if (!existsSync(file)) await moveInto(file, writeTemplate)
  await moveInto(folder, (draft) => unpackTemplate(file, draft))
  return { file, folder }
}
