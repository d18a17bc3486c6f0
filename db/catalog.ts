import { sql } from 'kysely'
import type { Database } from '#adapters/postgres/database.ts'

export interface Column {
  readonly name: string
  /** As PostgreSQL spells it: `bigint`, `text[]`, `timestamp with time zone`. */
  readonly type: string
  readonly nullable: boolean
  readonly default: string | null
  readonly identity: 'always' | 'by default' | null
}

export interface Constraint {
  readonly name: string
  readonly kind: 'check' | 'foreign key' | 'primary key' | 'unique' | 'exclusion'
  readonly definition: string
}

export interface Table {
  readonly name: string
  /** In the order of the table. */
  readonly columns: readonly Column[]
  /** By name, as are indexes. */
  readonly constraints: readonly Constraint[]
  /** `create index` statements of the indexes that no constraint stands for. */
  readonly indexes: readonly string[]
}

/**
 * The tables of the schema `public`, by name, as the server's own catalogs tell them. NOT NULL is told by the column: PostgreSQL 18
 * also has a constraint for each. Names sort by bytes (`collate "C"`), since databases differ in their default order.
 */
export const readCatalog = async ({ kysely }: Database): Promise<Table[]> => {
  const { rows } = await sql<Table>`
    select t.relname as name,
      (select json_agg(json_build_object(
          'name', a.attname,
          'type', format_type(a.atttypid, a.atttypmod),
          'nullable', not a.attnotnull,
          'default', pg_get_expr(d.adbin, d.adrelid),
          'identity', case a.attidentity when 'a' then 'always' when 'd' then 'by default' end
        ) order by a.attnum)
        from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
        where a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped) as columns,
      coalesce((select json_agg(json_build_object(
          'name', c.conname,
          'kind', case c.contype when 'c' then 'check' when 'f' then 'foreign key' when 'p' then 'primary key'
            when 'u' then 'unique' else 'exclusion' end,
          'definition', pg_get_constraintdef(c.oid)
        ) order by c.conname::text collate "C")
        from pg_constraint c where c.conrelid = t.oid and c.contype in ('c', 'f', 'p', 'u', 'x')), '[]') as constraints,
      coalesce((select json_agg(pg_get_indexdef(i.indexrelid) order by r.relname::text collate "C")
        from pg_index i join pg_class r on r.oid = i.indexrelid
        where i.indrelid = t.oid and not exists (select from pg_constraint c where c.conindid = i.indexrelid and c.contype in ('p', 'u', 'x'))
      ), '[]') as indexes
    from pg_class t join pg_namespace n on n.oid = t.relnamespace
    where n.nspname = 'public' and t.relkind in ('r', 'p')
    order by t.relname::text collate "C"`.execute(kysely)
  return rows
}
