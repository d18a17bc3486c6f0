import { randomUUID } from 'node:crypto'
import { constants, existsSync, mkdirSync, readdirSync, rmdirSync, rmSync } from 'node:fs'
import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { sql } from 'kysely'
import type { Database } from '#adapters/postgres/database.ts'
import { takeLock } from '#adapters/postgres/embedded-lock.ts'
import { openPglite } from '#adapters/postgres/pglite.ts'
import { settleRestored } from '#adapters/postgres/restored-folder.ts'
import { compileWasmOnce } from '#adapters/postgres/wasm-memory.ts'

export { DatabaseInUse, type LockState, noteServerUrl, readLock } from '#adapters/postgres/embedded-lock.ts'

const databaseFolder = 'pgdata'
const snapshotFolder = '.snapshots'

export interface EmbeddedOptions {
  /** Created where it is missing; the data stands in `pgdata` inside it. */
  readonly dir: string
  readonly onError: (error: Error) => void
}

/**
 * A copy of the files, made while nobody is inside a statement or a transaction, opened beside the original. Copying takes a tenth of
 * the time of reading, and only while it copies everybody else waits.
 */
const openSnapshot = async ({ kysely }: Database, dir: string): Promise<Database> => {
  const folder = join(dir, snapshotFolder, randomUUID())
  const remove = (): void => {
    rmSync(folder, { recursive: true, force: true })
    if (readdirSync(join(dir, snapshotFolder)).length === 0) rmdirSync(join(dir, snapshotFolder))
  }
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  try {
    await kysely.connection().execute(async (connection) => {
      await sql`checkpoint`.execute(connection)
      await cp(join(dir, databaseFolder), join(folder, databaseFolder), { recursive: true, mode: constants.COPYFILE_FICLONE })
    })
    return await openPglite({ dataDir: join(folder, databaseFolder), onError: () => {}, onClosed: remove })
  } catch (error) {
    remove()
    throw error
  }
}

/** Opens the database in `dir` for this process alone; throws DatabaseInUse when another has it. */
export const openEmbedded = async ({ dir, onError }: EmbeddedOptions): Promise<Database> => {
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  const release = await takeLock(dir)
  compileWasmOnce()
  try {
    settleRestored(dir)
    rmSync(join(dir, snapshotFolder), { recursive: true, force: true })
    const database = await openPglite({ dataDir: join(dir, databaseFolder), onError, onClosed: release })
    return { ...database, snapshot: () => openSnapshot(database, dir) }
  } catch (error) {
    release()
    throw error
  }
}

/** Whether there is an embedded database in `dir`, open or not. */
export const hasEmbedded = (dir: string): boolean => existsSync(join(dir, databaseFolder))

/** Takes `dir` from every other process for as long as `use` takes; `open` opens the database of a folder inside it. */
export const withFolder = async <T>(dir: string, use: (open: (folder: string) => Promise<Database>) => Promise<T>): Promise<T> => {
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  const release = await takeLock(dir)
  compileWasmOnce()
  try {
    settleRestored(dir)
    return await use((folder) => openPglite({ dataDir: join(folder, databaseFolder), onError: () => {} }))
  } finally {
    release()
  }
}
