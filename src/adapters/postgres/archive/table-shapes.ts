import { sql, type Transaction } from 'kysely'
import type { Tables } from '#adapters/postgres/tables.ts'

interface Column {
  readonly name: string
  /** As SQL names it. */
  readonly type: string
  readonly identity: boolean
}

/** One of our tables, as the catalogs know it. */
export interface TableShape {
  readonly name: string
  readonly columns: readonly Column[]
  /** The columns of its primary key; texts are marked, since databases sort them in different ways. */
  readonly key: readonly { readonly name: string; readonly text: boolean }[]
  /** Tables that it refers to. */
  readonly needs: readonly string[]
}

/** It is made by migrating, and tells in an archive's header which rows fit. */
const record = 'schema_migrations'

const question = sql<TableShape>`
  select c.relname as name,
    (select json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod), 'identity', a.attidentity <> '')
      order by a.attnum) from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '') as columns,
    (select coalesce(json_agg(json_build_object('name', a.attname, 'text', a.attcollation <> 0) order by k.n), '[]')
      from pg_index i cross join lateral unnest(i.indkey::int2[]) with ordinality k(number, n)
      join pg_attribute a on a.attrelid = c.oid and a.attnum = k.number where i.indrelid = c.oid and i.indisprimary) as key,
    (select coalesce(json_agg(distinct r.relname), '[]') from pg_constraint f join pg_class r on r.oid = f.confrelid
      where f.conrelid = c.oid and f.contype = 'f' and f.confrelid <> c.oid) as needs
  from pg_class c where c.relnamespace = current_schema()::regnamespace and c.relkind = 'r' and c.relname <> ${record}
  order by c.relname`

/** Each after those that it refers to. */
const inOrder = (shapes: readonly TableShape[]): TableShape[] => {
  const left = new Map(shapes.map((shape) => [shape.name, shape]))
  const ordered: TableShape[] = []
  while (left.size > 0) {
    const ready = [...left.values()].filter(({ needs }) => !needs.some((name) => left.has(name)))
    if (ready.length === 0) throw new Error(`These tables refer to each other in a circle: ${[...left.keys()].join(', ')}.`)
    for (const shape of ready) left.delete(shape.name)
    ordered.push(...ready)
  }
  return ordered
}

/** All tables of this database, each after those that it refers to. */
export const readTableShapes = async (trx: Transaction<Tables>): Promise<readonly TableShape[]> =>
  inOrder((await question.execute(trx)).rows)
