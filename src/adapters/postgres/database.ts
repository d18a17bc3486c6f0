import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import type { ConstructorOptions } from 'pg-boss'
import { createListener } from '#adapters/postgres/listener.ts'
import { columnParsers } from '#adapters/postgres/parsers.ts'
import { createPreparing } from '#adapters/postgres/prepared.ts'
import type { Tables } from '#adapters/postgres/tables.ts'
import { holdUnanswered } from '#adapters/postgres/unanswered.ts'

/** What `new PgBoss({ ...jobs })` needs to run on this database, outside our transactions. Inside one: `fromKysely(trx)`. */
export type JobsDatabase = Pick<ConstructorOptions, 'backend'> & Required<Pick<ConstructorOptions, 'db'>>

/** A PostgreSQL database, on a server or embedded: queries, jobs and notifications. Disposing of it closes everything it opened. */
export interface Database extends AsyncDisposable {
  /** Ours alone: by it a process knows its own notifications. */
  readonly id: string
  /** Statements that can be under way at once. */
  readonly connections: number
  /** Reads bigint as number, timestamptz as epoch milliseconds, jsonb parsed, bytea as Uint8Array. */
  readonly kysely: Kysely<Tables>
  readonly jobs: JobsDatabase
  /**
   * Calls `onNotify(payload)` for each NOTIFY on `channel`. Reconnects by itself after the server restarts, and then calls
   * `onNotify('')` once, since wakes may have been missed. Returns a function that stops.
   */
  listen(channel: string, onNotify: (payload: string) => void): Promise<() => Promise<void>>
  /** Runs several statements, without parameters, on one connection; a transaction in it that fails is rolled back. */
  runScript(script: string): Promise<void>
  /** Takes deleted rows out of the files, table by table so that others get in between; absent where the files are not ours. */
  readonly shred?: () => Promise<void>
  /** A copy of this moment, for whoever reads for long: there where a long transaction would keep everybody else waiting. */
  readonly snapshot?: () => Promise<Database>
}

export interface PostgresOptions {
  readonly url: string
  /** Connections at most; the one that listens is extra. */
  readonly poolSize?: number
  /** Whether a statement may be sent before the one ahead of it is answered; the server itself allows it, what stands between may not. */
  readonly pipeline?: boolean
  /** Hears of connections that broke while nobody was waiting on them; they are replaced by themselves. */
  readonly onError: (error: Error) => void
}

const textArrayOid: number = 1009

const parserOf = (oid: number): ((text: string) => unknown) | undefined => {
  const scalar = columnParsers.find((parser) => parser.oid === oid)
  if (scalar) return scalar.parse
  const array = columnParsers.find((parser) => parser.arrayOid === oid)
  if (!array) return undefined
  const elements: (text: string) => (string | null)[] = pg.types.getTypeParser(textArrayOid)
  return (text) => elements(text).map((element) => (element === null ? null : array.parse(element)))
}

const types: pg.CustomTypesConfig = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') => parserOf(oid) ?? pg.types.getTypeParser(oid, format),
}

/**
 * Every statement of ours finds its rows along an index, for each row that it was given. The planner, which cannot know how many those
 * are, would rather read a table that is small, or was when it last looked, and a prepared statement would keep to that while the
 * table grows.
 */
export const plannerSettings = [
  'plan_cache_mode = force_generic_plan',
  ...['enable_seqscan', 'enable_hashjoin', 'enable_mergejoin', 'jit'].map((what) => `${what} = off`),
]
  .map((setting) => `set ${setting}`)
  .join('; ')

/** For each connection: what the parsers rely on, and limits far beyond any statement of ours, so that nothing hangs for ever. */
const sessionSettings = `set timezone = 'UTC'; set datestyle = 'ISO, YMD'; set statement_timeout = '60s'; set idle_in_transaction_session_timeout = '60s'; ${plannerSettings}`

/** pg-boss reads the driver's own types (dates as Date), so its queries are parsed by those and not by ours. */
const createJobsDatabase = (pool: pg.Pool): JobsDatabase['db'] => ({
  executeSql: (text, values) => pool.query(values ? { text, values, types: pg.types } : { text, types: pg.types }),
})

/** Opens nothing yet: the pool connects when it is first used. */
export const openPostgres = ({ url, poolSize = 10, pipeline = true, onError }: PostgresOptions): Database => {
  const connection: pg.ClientConfig = { connectionString: url, connectionTimeoutMillis: 5_000, application_name: 'dovecote' }
  const prepare = createPreparing()
  const pool = new pg.Pool({
    ...connection,
    types,
    max: poolSize,
    keepAlive: true,
    pipeline,
    onConnect: async (client) => {
      // The pool watches idle connections only; one that breaks inside a transaction, between two statements, would end the process.
      client.on('error', () => {})
      await client.query(sessionSettings)
      prepare(client)
      if (pipeline && client instanceof pg.Client) holdUnanswered(client)
    },
  })
  pool.on('error', onError)
  const listener = createListener(connection, onError)
  return {
    id: crypto.randomUUID(),
    connections: poolSize,
    kysely: new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) }),
    jobs: { db: createJobsDatabase(pool) },
    listen: (channel, onNotify) => listener.subscribe(channel, { onNotify, onReconnect: () => onNotify('') }),
    async runScript(script) {
      await pool.query(script)
    },
    async [Symbol.asyncDispose]() {
      await listener.close()
      if (!pool.ending) await pool.end()
    },
  }
}
