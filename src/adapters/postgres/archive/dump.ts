import { type RawBuilder, sql, type Transaction } from 'kysely'
import { readTableShapes, type TableShape } from '#adapters/postgres/archive/table-shapes.ts'
import { waitingJobColumns, waitingJobRows, waitingJobs } from '#adapters/postgres/archive/waiting-jobs.ts'
import type { Database } from '#adapters/postgres/database.ts'
import type { Tables } from '#adapters/postgres/tables.ts'
import type { ArchiveSchema, DatabaseEntry } from '#application/ports/archive.ts'

/** About so many characters of rows are in memory at a time, and never fewer than one row. */
const portion = 1 << 20
const mostRows = 2000

/** Text forms depend on these. A reader may take longer between two portions than a session is usually given. */
const settings = sql`select set_config('timezone', 'UTC', true), set_config('datestyle', 'ISO, YMD', true), set_config('bytea_output', 'hex', true),
  set_config('statement_timeout', '0', true), set_config('idle_in_transaction_session_timeout', '0', true)`

export const readPlainly = async (trx: Transaction<Tables>): Promise<void> => void (await settings.execute(trx))

const rowsOf = ({ name, columns, key }: TableShape): RawBuilder<{ readonly row: string }> => {
  const texts = sql.join(columns.map((column) => sql`${sql.ref(column.name)}::text`))
  const order = sql.join(key.map((part) => (part.text ? sql`${sql.ref(part.name)} collate "C"` : sql`${sql.ref(part.name)}`)))
  return sql`select to_json(array[${texts}])::text as row from ${sql.table(name)} order by ${order}`
}

/** Rows one after the other, with only some of them in memory. */
const read = async function* (trx: Transaction<Tables>, rows: RawBuilder<{ readonly row: string }>): AsyncGenerator<DatabaseEntry> {
  await sql`declare archive_rows no scroll cursor for ${rows}`.execute(trx)
  for (let count = 16; ; ) {
    const fetched = await sql<{ row: string }>`fetch forward ${sql.raw(String(count))} from archive_rows`.execute(trx)
    for (const { row } of fetched.rows) yield { kind: 'row', json: row }
    if (fetched.rows.length < count) break
    const length = fetched.rows.reduce((sum, { row }) => sum + row.length, 0)
    count = Math.max(1, Math.min(mostRows, count * 4, Math.floor((portion * count) / length)))
  }
  await sql`close archive_rows`.execute(trx)
}

/** The rows of some tables, or of all, and the jobs that wait, as this transaction sees them. */
export const dumpRows = async function* (trx: Transaction<Tables>): AsyncGenerator<DatabaseEntry> {
  const shapes = await readTableShapes(trx)
  for (const shape of shapes) {
    yield { kind: 'table', name: shape.name, columns: shape.columns.map(({ name }) => name) }
    yield* read(trx, rowsOf(shape))
  }
  yield { kind: 'table', name: waitingJobs, columns: waitingJobColumns }
  yield* read(trx, waitingJobRows)
  for (const { name: table, columns } of shapes) {
    for (const { name: column } of columns.filter(({ identity }) => identity)) {
      const { rows } = await sql<{ name: string }>`select pg_get_serial_sequence(${table}, ${column})::regclass::text as name`.execute(trx)
      const counter = await sql<{ last: number; isCalled: boolean }>`
        select last_value as last, is_called as "isCalled" from ${sql.raw(rows[0]?.name ?? '')}`.execute(trx)
      for (const { last, isCalled } of counter.rows) yield { kind: 'sequence', table, column, last, isCalled }
    }
  }
}

/** The migrations that made this schema. */
export const readSchema = async (trx: Transaction<Tables>): Promise<ArchiveSchema> => {
  const rows = await trx.selectFrom('schema_migrations').select(['name', 'checksum']).orderBy('name').execute()
  return Object.fromEntries(rows.map(({ name, checksum }) => [name, checksum]))
}

/** The whole database as it stands at one moment. `use` gets it while the moment lasts. */
export const dumpDatabase = <T>(
  { kysely }: Database,
  use: (schema: ArchiveSchema, entries: AsyncIterable<DatabaseEntry>) => Promise<T>,
): Promise<T> =>
  kysely
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute(async (trx) => {
      await readPlainly(trx)
      return use(await readSchema(trx), dumpRows(trx))
    })

/** The same beside everybody else's work, who wait for a moment at most. */
export const dumpAside = async <T>(database: Database, use: Parameters<typeof dumpDatabase<T>>[1]): Promise<T> => {
  if (!database.snapshot) return dumpDatabase(database, use)
  await using snapshot = await database.snapshot()
  return await dumpDatabase(snapshot, use)
}
