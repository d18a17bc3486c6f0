import { type RawBuilder, sql, type Transaction } from 'kysely'
import type pg from 'pg'
import type { Tables } from '#adapters/postgres/tables.ts'

/** A statement that begins so tells nobody anything but that it failed, and stands in a transaction. */
export const unanswered = '/* unanswered */ '

/** Writes without waiting: what is wrong with it is told by the statement that comes next in the transaction, at the latest its commit. */
export const write = async (trx: Transaction<Tables>, statement: RawBuilder<unknown>): Promise<void> => {
  await sql`${sql.raw(unanswered)}${statement}`.execute(trx)
}

type Query = (...given: readonly unknown[]) => unknown

const isHeld = (text: unknown): boolean => typeof text === 'string' && (text === 'begin' || text.startsWith(unanswered))

const nothing = { command: '', rowCount: null, rows: [] }

/** What the last one answers, or why the first one failed that did: whatever came after that was refused only because of it. */
const answerOf = async (queries: readonly unknown[]): Promise<unknown> => {
  const outcomes = await Promise.allSettled(queries)
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
  const last = outcomes.at(-1)
  return last?.status === 'fulfilled' ? last.value : nothing
}

/**
 * Holds `begin` and unanswered writes until a statement comes that is waited for, and sends all of them as one packet: each round trip
 * less is two system calls less on both sides. Needs a connection that sends without waiting for answers (`pipeline`).
 */
export const holdUnanswered = (client: pg.Client): void => {
  const query: Query = client.query.bind(client)
  const { stream } = client.connection
  let held: (readonly unknown[])[] = []
  const sendAll = (given: readonly unknown[]): Promise<unknown> => {
    // What is to be undone need not be done.
    const before = given[0] === 'rollback' ? held.filter(([text]) => text === 'begin') : held
    held = []
    stream.cork()
    const queries = [...before, given].map((each) => query(...each))
    stream.uncork()
    return answerOf(queries)
  }
  Object.assign(client, {
    query: (...given: readonly unknown[]) => {
      if (isHeld(given[0])) {
        held.push(given)
        return Promise.resolve(nothing)
      }
      return held.length === 0 ? query(...given) : sendAll(given)
    },
  })
}
