import { type Kysely, sql } from 'kysely'
import { offsetOf } from '#adapters/postgres/queries/paging.ts'
import { restoreJson } from '#adapters/postgres/storable.ts'
import type { Tables } from '#adapters/postgres/tables.ts'
import { at } from '#adapters/postgres/values.ts'
import type { Json } from '#application/intake/channel-event.ts'
import type { IntakeEventView, IntakeState, Queries } from '#application/ports/queries.ts'

const perPage = 25

const columns = sql`e.id, e.channel, e.account_key as "accountKey", e.kind, e.state, e.reason, e.attempts, e.occurred_at as "occurredAt",
  e.received_at as "receivedAt"`

type Filter = Parameters<Queries['intakeEvents']>[0]

const matching = ({ state, since, until }: Omit<Filter, 'page'>) => {
  const conditions = [sql`true`]
  if (state !== undefined) conditions.push(sql`e.state = ${sql.lit(state)}`)
  if (since !== undefined) conditions.push(sql`e.received_at >= ${at(since)}`)
  if (until !== undefined) conditions.push(sql`e.received_at < ${at(until)}`)
  return sql.join(conditions, sql` and `)
}

type IntakeQueries = Pick<Queries, 'intakeEvents' | 'intakeEvent' | 'intakeCounts' | 'intakeBacklog'>

export const intakeQueries = (db: Kysely<Tables>): IntakeQueries => ({
  async intakeEvents({ page, ...filter }) {
    const which = matching(filter)
    const [counted, events] = await Promise.all([
      sql<{ count: number }>`select count(*) from intake_events e where ${which}`.execute(db),
      sql<IntakeEventView>`
        select ${columns} from intake_events e where ${which} order by e.id desc limit ${perPage} offset ${offsetOf(page, perPage)}`.execute(
        db,
      ),
    ])
    return { count: counted.rows[0]?.count ?? 0, page: events.rows }
  },

  async intakeEvent(id) {
    const { rows } = await sql<IntakeEventView & { readonly payload: Json; readonly body: Uint8Array | null }>`
      select ${columns}, e.payload, b.body from intake_events e left join intake_bodies b on b.id = e.body_id where e.id = ${id}`.execute(
      db,
    )
    return rows[0] && { ...rows[0], payload: restoreJson(rows[0].payload) as Json }
  },

  async intakeCounts() {
    const { rows } = await sql<{ state: IntakeState; reason: string | null; count: number }>`
      select state, reason, count(*) as count from intake_events where state in ('parked', 'unknown') group by state, reason
      union all select state, reason, count(*) from intake_events where state = 'pending' group by state, reason
      union all select 'pending', 'unread', sum(count)::integer from intake_arrivals having count(*) > 0
      order by state, reason`.execute(db)
    return rows
  },

  async intakeBacklog(now) {
    const { rows } = await sql<{ pending: number; oldest: number | null }>`
      select sum(waiting)::integer as pending, min(oldest) as oldest from (
        select count(*) as waiting, min(received_at) as oldest from intake_events where state = 'pending'
        union all select coalesce(sum(count), 0), min(received_at) from intake_arrivals
      ) both_kinds`.execute(db)
    const { pending = 0, oldest = null } = rows[0] ?? {}
    return { pending, oldestMs: oldest === null ? 0 : Math.max(0, now - oldest) }
  },
})
