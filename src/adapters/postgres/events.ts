import { sql, type Transaction } from 'kysely'
import { recordset, time } from '#adapters/postgres/storable.ts'
import type { Tables } from '#adapters/postgres/tables.ts'
import { write } from '#adapters/postgres/unanswered.ts'
import { at as moment } from '#adapters/postgres/values.ts'
import type { Events } from '#application/ports/events.ts'

export const createEvents = (trx: Transaction<Tables>): Events => ({
  async append(events) {
    if (events.length === 0) return
    const rows = events.map((event, n) => ({ n, account: event.accountId, name: event.name, payload: event.payload, at: time(event.at) }))
    const add = sql`
      insert into business_events (account_id, name, payload, created_at)
      select account, name, payload, at
      from json_to_recordset(${recordset(rows)}) as e(n integer, account bigint, name text, payload jsonb, at timestamptz) order by n`
    await write(trx, add)
  },

  async prune(before, limit) {
    const { numAffectedRows } = await sql`
      delete from business_events where id in (
        select e.id from business_events e where e.created_at < ${moment(before)}
          and not exists (select from webhook_deliveries d where d.event_id = e.id and d.state = 'pending')
        limit ${limit} for update of e skip locked
      )`.execute(trx)
    return Number(numAffectedRows ?? 0)
  },
})
