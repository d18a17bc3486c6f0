import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Database } from '#adapters/postgres/database.ts'
import { openPglite } from '#adapters/postgres/pglite.ts'
import { readCatalog } from './catalog.ts'
import { migrate } from './migrate.ts'
import { renderSchema } from './render-schema.ts'
import { renderTables } from './render-tables.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

/** The generated files as they should be for a migrated database: path from the root → content. */
export const generatedFiles = async (database: Database): Promise<Record<string, string>> => {
  const tables = await readCatalog(database)
  return { 'db/schema.sql': renderSchema(tables), 'src/adapters/postgres/tables.ts': renderTables(tables) }
}

const current = (path: string): string | undefined => {
  try {
    return readFileSync(root + path, 'utf8')
  } catch {
    return undefined
  }
}

const main = async (check: boolean): Promise<void> => {
  await using database = await openPglite({ onError: console.error })
  await migrate(database)
  const stale = Object.entries(await generatedFiles(database)).filter(([path, content]) => current(path) !== content)
  if (check && stale.length > 0) {
    console.error(`Not what the migrations make of it any more: ${stale.map(([path]) => path).join(', ')}; run \`npm run db:generate\`.`)
    process.exitCode = 1
  } else if (!check) {
    for (const [path, content] of stale) writeFileSync(root + path, content)
  }
}

if (import.meta.main) await main(process.argv.includes('--check'))
