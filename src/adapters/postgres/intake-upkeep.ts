import { type RawBuilder, sql, type Transaction } from 'kysely'
import type { Tables } from '#adapters/postgres/tables.ts'
import { at } from '#adapters/postgres/values.ts'
import type { IntakeQueue, IntakeSelection } from '#application/ports/intake.ts'

const selected = (selection: IntakeSelection): RawBuilder<unknown> => {
  if ('ids' in selection) return sql`id = any(${[...selection.ids]}::bigint[])`
  const { since, until, state } = selection
  const conditions = [sql`true`]
  if (since !== undefined) conditions.push(sql`received_at >= ${at(since)}`)
  if (until !== undefined) conditions.push(sql`received_at < ${at(until)}`)
  if (state !== undefined) conditions.push(sql`state = ${state}`)
  return sql.join(conditions, sql` and `)
}

/** What keeps the log in order, beside the processor's own work. */
export const createUpkeep = (
  trx: Transaction<Tables>,
): Pick<IntakeQueue, 'replay' | 'retryWaiting' | 'giveUpWaiting' | 'prune' | 'erase'> => {
  const count = async (statement: RawBuilder<unknown>): Promise<number> => Number((await statement.execute(trx)).numAffectedRows ?? 0)
  return {
    replay: (selection) =>
      count(sql`
        update intake_events set state = 'pending', reason = null, awaits = null, attempts = 0, due_at = null
        where state <> 'pending' and ${selected(selection)}`),

    retryWaiting: (since) =>
      count(sql`
        update intake_events set state = 'pending', reason = null, awaits = null, due_at = null
        where awaits is not null and received_at >= ${at(since)}`),

    giveUpWaiting: (before, limit) =>
      count(sql`
        update intake_events set awaits = null, reason = 'message.never_came' where id in (
          select id from intake_events where awaits like 'message:%' and received_at < ${at(before)} limit ${limit}
        )`),

    async erase(channel, accountKey, limit) {
      const { rows } = await sql<{ count: number }>`
        with gone as (
          delete from intake_events where id in (
            select id from intake_events where channel = ${channel} and account_key = ${accountKey} limit ${limit}
          ) returning body_id
        ),
        bodies as (delete from intake_bodies where id in (select body_id from gone))
        select count(*) as count from gone`.execute(trx)
      return rows[0]?.count ?? 0
    },

    async prune(before, limit) {
      const bodies = await count(sql`
        delete from intake_bodies where id in (select id from intake_bodies where received_at < ${at(before)} limit ${limit})`)
      const events = await count(sql`
        delete from intake_events where id in (
          select id from intake_events where state = 'done' and received_at < ${at(before)} limit ${limit}
        )`)
      return bodies + events
    },
  }
}
