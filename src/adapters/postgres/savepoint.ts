import { sql, type Transaction } from 'kysely'
import type { Tables } from '#adapters/postgres/tables.ts'

const uniqueViolation = '23505'

const isTaken = (cause: unknown): boolean =>
  typeof cause === 'object' && cause !== null && 'code' in cause && cause.code === uniqueViolation

/** False where a unique constraint refused `write`, with the transaction as it was before; a refused statement would end it. */
export const unlessTaken = async (trx: Transaction<Tables>, write: () => Promise<unknown>): Promise<boolean> => {
  await sql`savepoint unless_taken`.execute(trx)
  try {
    await write()
  } catch (cause) {
    if (!isTaken(cause)) throw cause
    await sql`rollback to savepoint unless_taken`.execute(trx)
    return false
  }
  await sql`release savepoint unless_taken`.execute(trx)
  return true
}
