import { sql, type Transaction } from 'kysely'
import type { Tables } from '#adapters/postgres/tables.ts'

const uniqueViolation = /^23505$/
const lockNotAvailable = /^55P03$/

/** Data that PostgreSQL does not take, or too much of it. */
const notTaken = /^(22|54)/

const hasCode = (cause: unknown, code: RegExp): boolean =>
  typeof cause === 'object' && cause !== null && 'code' in cause && typeof cause.code === 'string' && code.test(cause.code)

/** Undefined where PostgreSQL refused `write` with `code`, with the transaction as it was before; a refused statement would end it. */
const unless = async <T>(trx: Transaction<Tables>, code: RegExp, write: () => Promise<T>): Promise<T | undefined> => {
  await sql`savepoint attempt`.execute(trx)
  try {
    const written = await write()
    await sql`release savepoint attempt`.execute(trx)
    return written
  } catch (cause) {
    if (!hasCode(cause, code)) throw cause
    await sql`rollback to savepoint attempt`.execute(trx)
    return undefined
  }
}

/** False where a unique constraint refused `write`. */
export const unlessTaken = async (trx: Transaction<Tables>, write: () => Promise<unknown>): Promise<boolean> =>
  (await unless(trx, uniqueViolation, async () => [await write()])) !== undefined

/** False where PostgreSQL refused the data itself, and not the moment. */
export const unlessRefused = async (trx: Transaction<Tables>, write: () => Promise<unknown>): Promise<boolean> =>
  (await unless(trx, notTaken, async () => [await write()])) !== undefined

/** What `write` answers; undefined where it had to wait for two seconds for what another transaction holds. */
export const unlessHeld = <T>(trx: Transaction<Tables>, write: () => Promise<T>): Promise<T | undefined> =>
  unless(trx, lockNotAvailable, async () => {
    await sql`set local lock_timeout = '2s'`.execute(trx)
    const written = await write()
    await sql`set local lock_timeout to default`.execute(trx)
    return written
  })
