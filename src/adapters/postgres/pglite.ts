import { setImmediate } from 'node:timers/promises'
import { PGlite, type PGliteOptions, types } from '@electric-sql/pglite'
import { type DatabaseConnection, Kysely, PGliteDialect, sql } from 'kysely'
import { fromPglite } from 'pg-boss'
import { type Database, type JobsDatabase, plannerSettings } from '#adapters/postgres/database.ts'
import { columnParsers } from '#adapters/postgres/parsers.ts'
import type { Tables } from '#adapters/postgres/tables.ts'

export interface PgliteHooks {
  /** Hears what a notified function throws. */
  readonly onError: (error: Error) => void
  readonly onClosed?: () => void
}

/** How long the embedded database may work before whoever came meanwhile is heard, ms. */
const longestBreath = 5

/**
 * The embedded database works in this thread, and what waits for it goes on from statement to statement without ever leaving it: as long
 * as anything waits, nobody new would be heard. So others get their turn before a statement where their last one is a while ago.
 */
const createBreath = () => {
  let heardAt = 0
  return async (): Promise<void> => {
    if (performance.now() - heardAt < longestBreath) return
    await setImmediate()
    heardAt = performance.now()
  }
}

/** Before each statement, inside its turn: whoever waits for the database goes on waiting. */
const breatheIn =
  (breathe: () => Promise<void>) =>
  async (connection: DatabaseConnection): Promise<void> => {
    const execute = connection.executeQuery.bind(connection)
    connection.executeQuery = async (...given) => {
      await breathe()
      return execute(...given)
    }
  }

/** pg-boss reads the driver's own types (dates as Date), so its queries are parsed by those and not by ours. */
const withDriverTypes = (pglite: PGlite): JobsDatabase['db'] =>
  fromPglite({
    query: (text, values) => pglite.query(text, values, { parsers: types.parsers }),
    exec: (text) => pglite.exec(text, { parsers: types.parsers }),
  })

type Listen = Database['listen']
type ExecuteSql = JobsDatabase['db']['executeSql']

const createListen =
  (pglite: PGlite, executeSql: ExecuteSql, onError: (error: Error) => void): Listen =>
  async (channel, onNotify) => {
    const stop = pglite.onNotification((from, payload) => {
      if (from !== channel) return
      try {
        onNotify(payload)
      } catch (error) {
        onError(error as Error)
      }
    })
    await executeSql(`listen "${channel.replaceAll('"', '""')}"`)
    return async () => stop()
  }

/** Every table is written anew without what was deleted, and the log of changes, in which it stands too, begun anew. */
const shred = async (kysely: Kysely<Tables>, executeSql: ExecuteSql): Promise<void> => {
  const { rows } = await sql<{ name: string }>`
    select format('%I', relname) as name from pg_class where relnamespace = current_schema()::regnamespace and relkind = 'r'`.execute(
    kysely,
  )
  for (const { name } of rows) await executeSql(`vacuum full ${name}`)
  for (const statement of ['checkpoint', 'select pg_switch_wal()', 'checkpoint']) await executeSql(statement)
}

/** Pieces of the log of changes that are not needed any more go, instead of being used again with what stands in them. */
const logSettings = 'set wal_recycle = off'

/**
 * The database that `pglite` runs in this process; it is closed with it. Its single connection is taken in turn by everything here:
 * inside a transaction use the transaction, or wait for ever.
 */
export const createPgliteDatabase = (pglite: PGlite, { onError, onClosed }: PgliteHooks): Database => {
  Object.assign(pglite.parsers, Object.fromEntries(columnParsers.map(({ oid, parse }) => [oid, parse])))
  const breathe = createBreath()
  const kysely = new Kysely<Tables>({ dialect: new PGliteDialect({ pglite, onCreateConnection: breatheIn(breathe) }) })
  const driver = withDriverTypes(pglite)
  // Through kysely's turn-taking: a failed script and the ROLLBACK after it must have nobody between them.
  const executeSql: ExecuteSql = (text, values) =>
    kysely.connection().execute(async () => {
      await breathe()
      return driver.executeSql(text, values)
    })
  const listen = createListen(pglite, executeSql, onError)
  return {
    id: crypto.randomUUID(),
    connections: 1,
    kysely,
    jobs: { backend: 'pglite', db: { executeSql } },
    listen,
    async runScript(script) {
      await executeSql(script)
    },
    shred: () => shred(kysely, executeSql),
    async [Symbol.asyncDispose]() {
      if (!pglite.closed) await pglite.close()
      onClosed?.()
    },
  }
}

/** Opens a database in `dataDir` or, without one, in memory. */
export const openPglite = async (options: Pick<PGliteOptions, 'dataDir' | 'loadDataDir'> & PgliteHooks): Promise<Database> => {
  const { dataDir, loadDataDir } = options
  const pglite = await PGlite.create({ ...(dataDir && { dataDir }), ...(loadDataDir && { loadDataDir }) })
  await pglite.exec(`${plannerSettings}; ${logSettings}`)
  return createPgliteDatabase(pglite, options)
}
