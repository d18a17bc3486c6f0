import { sql } from 'kysely'
import type { Database } from '#adapters/postgres/database.ts'

const isMigrated = async ({ kysely }: Database): Promise<{ readonly ours: boolean; readonly used: boolean }> => {
  const { rows } = await sql<{ ours: boolean; used: boolean }>`
    select to_regclass('platform_apps') is not null as ours, exists (
      select 1 from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('r', 'p') and n.nspname <> 'information_schema' and n.nspname not like 'pg\\_%') as used`.execute(kysely)
  return rows[0] ?? { ours: false, used: true }
}

/** Is a database empty, or was all that it holds made by installations whose platform app has this name? */
export const belongsTo = async (database: Database, platformAppName: string): Promise<boolean> => {
  const { ours, used } = await isMigrated(database)
  if (!ours) return !used
  const apps = await database.kysely.selectFrom('platform_apps').select('name').execute()
  if (apps.length > 0) return apps.every(({ name }) => name === platformAppName)
  return (await database.kysely.selectFrom('accounts').select('id').limit(1).execute()).length === 0
}
