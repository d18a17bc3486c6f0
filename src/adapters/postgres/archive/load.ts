import { sql, type Transaction } from 'kysely'
import { createDigests, type Digest, differences } from '#adapters/postgres/archive/digests.ts'
import { dumpRows, readPlainly } from '#adapters/postgres/archive/dump.ts'
import { readTableShapes, type TableShape } from '#adapters/postgres/archive/table-shapes.ts'
import { insertWaitingJobs, waitingJobs } from '#adapters/postgres/archive/waiting-jobs.ts'
import type { Database } from '#adapters/postgres/database.ts'
import type { Tables } from '#adapters/postgres/tables.ts'
import type { DatabaseEntry } from '#application/ports/archive.ts'

/** What keeps rows from being loaded: the message is a sentence for a person, and nothing was changed. */
export class NotLoadable extends Error {
  override readonly name = 'NotLoadable'
}

/** Filled by migrating; everything else in a database is somebody's. */
const seeded: ReadonlySet<string> = new Set(['intake_lanes', 'intake_reader'])

/** A table that is none of ours, in a database that was never migrated. */
const foreignTable = sql<{ name: string }>`
  select c.relname as name from pg_class c
  where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'f')
    and to_regclass(format('%I.schema_migrations', current_schema())) is null
  order by c.relname limit 1`

/** The first table with rows of somebody's in it, or that is somebody else's. */
export const firstInhabited = ({ kysely }: Database): Promise<string | undefined> =>
  kysely.transaction().execute(async (trx) => {
    const [foreign] = (await foreignTable.execute(trx)).rows
    if (foreign) return foreign.name
    for (const { name } of await readTableShapes(trx)) {
      const { rows } = await sql<{ one: number }>`select 1 as one from ${sql.table(name)} limit 1`.execute(trx)
      if (!seeded.has(name) && rows.length > 0) return name
    }
    return undefined
  })

/** About so many characters of rows go over in one statement. */
const portion = 1 << 20

type Insert = (rows: readonly string[]) => Promise<void>

const insertInto = (trx: Transaction<Tables>, { name, columns }: TableShape, names: readonly string[]): Insert => {
  const types = new Map(columns.map((column) => [column.name, column.type]))
  if (names.length !== columns.length || names.some((column) => !types.has(column)))
    throw new NotLoadable(`The table ${name} has other columns here than where the rows come from; use the same version of Dovecote.`)
  const values = sql.join(names.map((column, n) => sql`(r.value ->> ${sql.lit(n)})::${sql.raw(types.get(column) ?? '')}`))
  const into = sql.join(names.map((column) => sql.ref(column)))
  return async (rows) => {
    await sql`insert into ${sql.table(name)} (${into}) select ${values} from json_array_elements(${`[${rows.join(',')}]`}::text::json) r`.execute(
      trx,
    )
  }
}

const openTable = (trx: Transaction<Tables>, shapes: readonly TableShape[], name: string, columns: readonly string[]): Insert => {
  if (name === waitingJobs) return (rows) => insertWaitingJobs(trx, rows)
  const shape = shapes.find((each) => each.name === name)
  if (!shape) throw new NotLoadable(`There is no table ${name} here; use the version of Dovecote that the rows come from, or a newer one.`)
  return insertInto(trx, shape, columns)
}

const loadAll = async (trx: Transaction<Tables>, entries: AsyncIterable<DatabaseEntry>): Promise<ReadonlyMap<string, Digest>> => {
  const shapes = await readTableShapes(trx)
  for (const { name } of shapes.filter((each) => seeded.has(each.name))) await sql`delete from ${sql.table(name)}`.execute(trx)
  const digests = createDigests()
  let insert: Insert | undefined
  let rows: string[] = []
  let length = 0
  const flush = async (): Promise<void> => {
    if (rows.length > 0) await insert?.(rows)
    rows = []
    length = 0
  }
  for await (const entry of entries) {
    digests.add(entry)
    if (entry.kind !== 'row' || length > portion) await flush()
    if (entry.kind === 'table') insert = openTable(trx, shapes, entry.name, entry.columns)
    if (entry.kind === 'row') {
      rows.push(entry.json)
      length += entry.json.length
    }
    if (entry.kind === 'sequence')
      await sql`select setval(pg_get_serial_sequence(${entry.table}, ${entry.column})::regclass, ${entry.last}, ${entry.isCalled})`.execute(
        trx,
      )
  }
  await flush()
  return digests.result()
}

const digestsOf = async (trx: Transaction<Tables>): Promise<ReadonlyMap<string, Digest>> => {
  const digests = createDigests()
  for await (const entry of dumpRows(trx)) digests.add(entry)
  return digests.result()
}

/**
 * Puts a dump into a migrated database without anything in it, all or nothing: afterwards every table is read again, counted and
 * compared with what was to be written, and only then it commits, with what `last` does. Answers what each table holds.
 */
export const loadDatabase = (
  { kysely }: Database,
  entries: AsyncIterable<DatabaseEntry>,
  last: (trx: Transaction<Tables>) => Promise<void> = async () => {},
): Promise<ReadonlyMap<string, Digest>> =>
  kysely.transaction().execute(async (trx) => {
    await readPlainly(trx)
    const loaded = await loadAll(trx, entries)
    const problems = differences(loaded, await digestsOf(trx))
    if (problems.length > 0) throw new NotLoadable(`Not everything arrived as it was, so nothing was kept: ${problems.join('; ')}.`)
    await last(trx)
    return loaded
  })
