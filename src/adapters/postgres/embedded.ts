import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Database } from '#adapters/postgres/database.ts'
import { takeLock } from '#adapters/postgres/embedded-lock.ts'
import { openPglite } from '#adapters/postgres/pglite.ts'
import { compileWasmOnce } from '#adapters/postgres/wasm-memory.ts'

export { DatabaseInUse, type LockState, noteServerUrl, readLock } from '#adapters/postgres/embedded-lock.ts'

export interface EmbeddedOptions {
  /** Created where it is missing; the data stands in `pgdata` inside it. */
  readonly dir: string
  readonly onError: (error: Error) => void
}

/** Opens the database in `dir` for this process alone; throws DatabaseInUse when another has it. */
export const openEmbedded = async ({ dir, onError }: EmbeddedOptions): Promise<Database> => {
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  const release = await takeLock(dir)
  compileWasmOnce()
  try {
    return await openPglite({ dataDir: join(dir, 'pgdata'), onError, onClosed: release })
  } catch (error) {
    release()
    throw error
  }
}
