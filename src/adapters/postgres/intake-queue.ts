import { type RawBuilder, sql, type Transaction } from 'kysely'
import { connected } from '#adapters/postgres/inboxes.ts'
import { createIntakeStore, lanes } from '#adapters/postgres/intake-store.ts'
import { createUpkeep } from '#adapters/postgres/intake-upkeep.ts'
import { createMeeting } from '#adapters/postgres/meeting.ts'
import { recordset, restoreJson, storableText, time } from '#adapters/postgres/storable.ts'
import type { Tables } from '#adapters/postgres/tables.ts'
import { write } from '#adapters/postgres/unanswered.ts'
import { at as moment } from '#adapters/postgres/values.ts'
import type { IntakeQueue, SettledEvent, StoredEvent } from '#application/ports/intake.ts'

/** For each contact that has an event waiting for its next try, the first of those: it and all that came after it stay where they are. */
const waitingAt = (now: number) => sql`
  waiting as materialized (
    select lane, channel, account_key, contact_key, min(id) as id from intake_events
    where state = 'pending' and due_at > ${moment(now)} group by lane, channel, account_key, contact_key
  )`

const due = sql`e.state = 'pending' and not exists (
  select from waiting w
  where w.lane = e.lane and w.channel = e.channel and w.account_key = e.account_key and w.contact_key = e.contact_key and w.id <= e.id
)`

/**
 * The first `limit` due events of the lane `l`. Its range is of one lane only, but in these words nothing but the index
 * `intake_events_pending` has the order asked for: along the primary key PostgreSQL would wade through all that is done.
 */
const headOf = (columns: RawBuilder<unknown>, limit: number) => sql`
  select ${columns} from intake_events e where e.lane between l.lane and l.lane and ${due} order by e.lane, e.id limit ${limit}`

/**
 * Locks free lanes, the one with the oldest event first: all, or where much waits half of them, so that a second worker finds
 * some. No lane is counted further than its share of a batch. A statement of its own: the events must be read by a later snapshot
 * than the one that found the lane free, or what its last holder did is not seen.
 */
const lockLanes = (limit: number, now: number) => sql<{ lane: number }>`
  with ${waitingAt(now)},
  backlog as materialized (
    select l.lane, b.count, b.first from intake_lanes l cross join lateral (
      select count(*), min(id) as first from (${headOf(sql`id`, Math.ceil(limit / lanes))}) oldest
    ) b where b.count > 0
  ),
  enough as (
    select count(*) from (select sum(count) over (order by first) - count as before from backlog) b where b.before < ${limit / 2}
  )
  select l.lane from intake_lanes l join backlog b using (lane)
  order by b.first limit (select count from enough) for update of l skip locked`

const inboxOf = sql`
${connected}
  where c.channel = e.channel and c.channel_key = e.account_key and c.state <> 'disconnected'`

/** The same share of each lane, so that each is read along its index and no further. */
const dueIn = (free: readonly number[], limit: number, now: number) => sql<StoredEvent>`
  with ${waitingAt(now)}
  select e.id, e.kind, e.channel, e.account_key as "accountKey", e.contact_key as "contactKey", e.dedupe_key as "dedupeKey",
    e.occurred_at as "occurredAt", e.attempts, e.payload, (select to_json(c) from (${inboxOf}) c) as inbox
  from unnest(${free}::smallint[]) l(lane) cross join lateral (${headOf(sql`*`, Math.ceil(limit / free.length))}) e
  order by e.id limit ${limit}`

const settledRow = ({ id, outcome }: SettledEvent) => ({
  id,
  state: outcome.state,
  reason: outcome.state === 'done' ? null : outcome.reason,
  awaits: outcome.state === 'parked' ? (outcome.awaits ?? null) : null,
  due_at: outcome.state === 'pending' ? time(outcome.dueAt) : null,
})

const settled = (events: readonly SettledEvent[]) => sql`
  json_to_recordset(${recordset(events.map(settledRow))}) as s(id bigint, state text, reason text, awaits text, due_at timestamptz)`

export const createIntakeQueue = (trx: Transaction<Tables>): IntakeQueue => ({
  async claim(limit, now) {
    const free = (await lockLanes(limit, now).execute(trx)).rows.map(({ lane }) => lane)
    if (free.length === 0) return []
    const { rows } = await dueIn(free, limit, now).execute(trx)
    return rows.map((row) => ({ ...row, payload: restoreJson(row.payload) }) as StoredEvent)
  },

  async settle(events) {
    if (events.length === 0) return
    const settle = sql`
      update intake_events e set state = s.state, reason = s.reason, awaits = s.awaits, due_at = s.due_at
      from ${settled(events)} where e.id = s.id`
    await write(trx, settle)
  },

  async noteFailure(events) {
    if (events.length === 0) return
    await sql`
      update intake_events e set state = s.state, reason = s.reason, awaits = s.awaits, due_at = s.due_at, attempts = e.attempts + 1
      from ${settled(events)} where e.id = s.id and e.state = 'pending'`.execute(trx)
  },

  async release(channel, awaited) {
    if (awaited.length === 0) return
    const release = sql`
      update intake_events set state = 'pending', reason = null, awaits = null, due_at = null
      where channel = ${channel} and awaits = any(${awaited.map(storableText)}::text[])`
    await write(trx, release)
  },

  ...createIntakeStore(trx),
  ...createMeeting(trx),
  ...createUpkeep(trx),
})
