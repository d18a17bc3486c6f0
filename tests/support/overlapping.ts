import { sql } from 'kysely'
import type { Database } from '#adapters/postgres/database.ts'
import type { Tx, UnitOfWork } from '#application/ports/unit-of-work.ts'
import { commit } from '../contracts/scenario.ts'
import { eventually } from './system.ts'

/** Until so many connections wait for others, on a server with a database of its own. */
export const lockWaits = ({ kysely }: Database, count: number) =>
  eventually(async () => {
    const { rows } = await sql<{ waiting: number }>`
      select count(*) as waiting from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`.execute(kysely)
    return rows[0]?.waiting === count
  }, `${count} to wait`)

/** Transactions that really wait for each other, on a server with a database of its own. */
export const overlapping = (database: Database, unitOfWork: UnitOfWork) => {
  /** Does `first`, lets `others` wait for it, and only then does `last` and ends it. */
  return async <T>(
    first: (tx: Tx) => Promise<unknown>,
    others: readonly ((tx: Tx) => Promise<T>)[],
    last: (tx: Tx) => Promise<unknown> = async () => {},
  ): Promise<T[]> => {
    const done = Promise.withResolvers<void>()
    const mayEnd = Promise.withResolvers<void>()
    const holder = commit(unitOfWork, async (tx) => {
      await first(tx)
      done.resolve()
      await mayEnd.promise
      await last(tx)
    })
    await Promise.race([done.promise, holder])
    const waiters = others.map((work) => commit(unitOfWork, work))
    await lockWaits(database, others.length)
    mayEnd.resolve()
    await holder
    return Promise.all(waiters)
  }
}
