import { dumpDatabase } from '#adapters/postgres/archive/dump.ts'
import { firstInhabited, loadDatabase, NotLoadable } from '#adapters/postgres/archive/load.ts'
import { openPostgres } from '#adapters/postgres/database.ts'
import { hasEmbedded, withFolder } from '#adapters/postgres/embedded.ts'
import type { Config } from '#composition/config.ts'
import { migrate } from '../../db/migrate.ts'
import { SetupError } from './installation.ts'

/** Rows by table. */
export type Moved = Readonly<Record<string, number>>

/**
 * Copies everything from the embedded database in DATA_DIR to the PostgreSQL database of DATABASE_URL, all or nothing, and compares
 * each table's rows and checksum there with what was read here. Nothing else may have the embedded database open, or what came in
 * meanwhile would stay behind. The source is kept.
 */
export const move = async ({ dataDir, database: to }: Config): Promise<Moved> => {
  if (to.kind !== 'postgres') throw new SetupError('Say where to with DATABASE_URL: the address of an empty PostgreSQL database.')
  if (!hasEmbedded(dataDir)) throw new SetupError(`There is no embedded database in ${dataDir}; set DATA_DIR to the folder that holds one.`)
  return withFolder(dataDir, async (open) => {
    await using source = await open(dataDir)
    await using target = openPostgres({ url: to.url, onError: () => {} })
    const inhabited = await firstInhabited(target)
    if (inhabited !== undefined)
      throw new SetupError(`There is something in ${inhabited} in the database of DATABASE_URL already; make an empty one and move there.`)
    await migrate(source)
    await migrate(target)
    try {
      const moved = await dumpDatabase(source, (_schema, entries) => loadDatabase(target, entries))
      return Object.fromEntries([...moved].map(([name, { rows }]) => [name, rows]))
    } catch (error) {
      throw error instanceof NotLoadable ? new SetupError(error.message) : error
    }
  })
}
