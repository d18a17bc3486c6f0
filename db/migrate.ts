import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { sql } from 'kysely'
import { PgBoss } from 'pg-boss'
import pgBoss from 'pg-boss/package.json' with { type: 'json' }
import { createQueues } from '#adapters/jobs/queues.ts'
import type { Database } from '#adapters/postgres/database.ts'
import { type JobSpec, jobs } from '#application/jobs.ts'

export interface MigrateOptions {
  /** Folder of the `*.sql` files; ours unless a test brings its own. */
  readonly directory?: string
  readonly queues?: Readonly<Record<string, JobSpec>>
  /** Only these files, for a schema that older rows fit. */
  readonly only?: ReadonlySet<string>
}

interface MigrationFile {
  readonly name: string
  readonly checksum: string
  readonly text: string
}

const ownDirectory = fileURLToPath(new URL('./migrations', import.meta.url))

const readMigrations = (directory = ownDirectory): MigrationFile[] =>
  readdirSync(directory)
    .filter((name) => /^\d{4}_[\w-]+\.sql$/.test(name))
    .sort()
    .map((name) => {
      const text = readFileSync(`${directory}/${name}`, 'utf8').replaceAll('\r\n', '\n')
      return { name, text, checksum: createHash('sha256').update(text).digest('hex') }
    })

const hasCode = (error: unknown, ...codes: string[]): boolean =>
  error instanceof Error && 'code' in error && codes.some((code) => code === error.code)

const tableMissing = '42P01'
const duplicateKey = '23505'
const duplicateTable = '42P07'
const duplicateObject = '42710'

const createRecord = async (database: Database): Promise<void> => {
  try {
    await database.runScript(`
      create table if not exists schema_migrations (
        name text constraint schema_migrations_pk primary key,
        checksum text not null,
        applied_at timestamptz not null default now()
      )`)
  } catch (error) {
    // `if not exists` does not hold when two processes create at once: one of them meets the other's catalog rows.
    if (!hasCode(error, duplicateKey, duplicateTable, duplicateObject)) throw error
  }
}

const readApplied = async ({ kysely }: Database): Promise<Map<string, string>> => {
  try {
    const rows = await kysely.selectFrom('schema_migrations').select(['name', 'checksum']).execute()
    return new Map(rows.map(({ name, checksum }) => [name, checksum]))
  } catch (error) {
    if (hasCode(error, tableMissing)) return new Map()
    throw error
  }
}

/** A database that another version of the migrations made: a person has to decide. The message is all that they need to see. */
export class MigrationChanged extends Error {
  override readonly name = 'MigrationChanged'
}

const pendingOf = (files: readonly MigrationFile[], applied: ReadonlyMap<string, string>): MigrationFile[] => {
  for (const { name, checksum } of files) {
    const known = applied.get(name)
    if (known !== undefined && known !== checksum)
      throw new MigrationChanged(
        `The migration ${name} was changed after it was applied to this database; put it back and write a new one.`,
      )
  }
  return files.filter(({ name }) => !applied.has(name))
}

/** The record is written first: whoever comes second waits for the table and then fails on its key, before the file runs. */
const apply = async (database: Database, { name, checksum, text }: MigrationFile): Promise<boolean> => {
  try {
    await database.runScript(`begin;
      set local statement_timeout = 0;
      lock table schema_migrations in exclusive mode;
      insert into schema_migrations (name, checksum) values ('${name}', '${checksum}');
      ${text}
      ;commit`)
    return true
  } catch (error) {
    if (hasCode(error, duplicateKey) && (await readApplied(database)).has(name)) return false
    throw new Error(`The migration ${name} failed and left nothing behind.`, { cause: error })
  }
}

/**
 * pg-boss makes its own schema. Its processes take turns by an advisory lock, which does not refresh a session's view of the catalogs:
 * the second may create what is there already and meet a key. Asked again, it sees that it has nothing to do.
 */
const startOnce = async (boss: PgBoss): Promise<void> => {
  try {
    await boss.start()
  } catch (error) {
    if (!hasCode(error, duplicateKey)) throw error
    await boss.start()
  }
}

const migrateJobs = async ({ jobs: options }: Database, queues: Readonly<Record<string, JobSpec>>): Promise<void> => {
  const boss = new PgBoss({ ...options, migrate: true, supervise: false, schedule: false })
  const failures: Error[] = []
  boss.on('error', (error) => failures.push(error))
  await startOnce(boss)
  try {
    await createQueues(boss, queues)
  } finally {
    await boss.stop({ graceful: false })
  }
  if (failures[0]) throw failures[0]
}

/**
 * Brings the database to the newest schema, forward only, each file in a transaction of its own, and prepares the job queues.
 * Any number of processes may do so at once. Returns the files that this call applied.
 */
export const migrate = async (
  database: Database,
  { directory, queues = jobs, only }: MigrateOptions = {},
): Promise<{ applied: string[] }> => {
  await createRecord(database)
  const applied: string[] = []
  const wanted = pendingOf(readMigrations(directory), await readApplied(database)).filter(({ name }) => only?.has(name) ?? true)
  for (const file of wanted) if (await apply(database, file)) applied.push(file.name)
  await migrateJobs(database, queues)
  return { applied }
}

/** The migrations that this build has, with their checksums. */
export const knownMigrations = (): ReadonlyMap<string, string> => new Map(readMigrations().map(({ name, checksum }) => [name, checksum]))

const jobsSchemaVersion = async ({ kysely }: Database): Promise<number> => {
  try {
    const { rows } = await sql<{ version: number }>`select version from pgboss.version`.execute(kysely)
    return rows[0]?.version ?? 0
  } catch (error) {
    if (hasCode(error, tableMissing)) return 0
    throw error
  }
}

/** What `migrate` would still do: file names, and `pg-boss` when its own schema is behind. Empty: ready. */
export const pendingMigrations = async (database: Database): Promise<string[]> => {
  const files = pendingOf(readMigrations(), await readApplied(database)).map(({ name }) => name)
  return (await jobsSchemaVersion(database)) < pgBoss.pgboss.schema ? [...files, 'pg-boss'] : files
}
