import { type RawBuilder, sql, type Transaction } from 'kysely'
import { unlessRefused } from '#adapters/postgres/savepoint.ts'
import { losslessJson, seconds, storableEvent, storableText } from '#adapters/postgres/storable.ts'
import type { Tables } from '#adapters/postgres/tables.ts'
import { write } from '#adapters/postgres/unanswered.ts'
import type { ChannelEvent } from '#application/intake/channel-event.ts'
import type { Arrival, IntakeEntry, IntakeQueue } from '#application/ports/intake.ts'
import { joined } from '#domain/shared/bytes.ts'
import { spread } from '#domain/shared/hash.ts'
import type { Instant } from '#domain/shared/instant.ts'

/** As many as `intake_lanes` has rows. */
export const lanes = 16

/** Events of one person go to one lane, in which they are applied one after the other. */
export const laneOf = ({ channel, accountKey, contactKey }: Pick<ChannelEvent, 'channel' | 'accountKey' | 'contactKey'>): number =>
  spread(`${channel}|${accountKey}|${contactKey}`, lanes)

interface Requests {
  readonly requests: readonly (Omit<Arrival, 'body'> & { readonly size: number })[]
  readonly bodies: Uint8Array
}

/**
 * In one statement: who finds the reader's row free sees all that its last holder did, and what came later than this statement began
 * stays for the next. The commit does not wait for the disk: should it be lost, the arrivals are there again, to be read as before, and
 * whatever is made of their events is made durable together with them.
 */
const takeOldest = (atMost: number) => sql<Requests>`
  with reader as materialized (select id from intake_reader for update skip locked),
  oldest as materialized (
    select a.id, a.count from reader cross join lateral (select id, count from intake_arrivals order by id limit ${atMost}) a
  ),
  gone as (
    delete from intake_arrivals a using (select id, sum(count) over (order by id) - count as before from oldest) o
    where a.id = o.id and o.before < ${atMost} returning a.*
  )
  select requests, bodies, set_config('synchronous_commit', 'off', true) from gone order by id`

const arrivalsOf = ({ requests, bodies }: Requests): Arrival[] => {
  let end = 0
  return requests.map(({ channel, receivedAt, size }) => {
    const body = bodies.subarray(end, end + size)
    end += size
    return { channel, receivedAt, body }
  })
}

/** How an event's payload is written: as JSON, or as JSON text in JSON where PostgreSQL refused that, or not at all. */
type Form = 'json' | 'text' | 'none'

const payloadIn = (form: Form, event: ChannelEvent): { readonly kind: string; readonly json: string } => {
  if (form === 'none') return { kind: 'unknown', json: JSON.stringify({ raw: null, why: `a ${event.kind} that the database refused` }) }
  const { kind, json } = storableEvent(event)
  return { kind, json: losslessJson(json, form === 'text') }
}

/** An event's row as JSON text. Its payload is in it as it is: encoded once more it would cost half of what storing it costs. */
const eventRow = (bodyId: string, event: ChannelEvent, receivedAt: Instant, form: Form): string => {
  const { kind, json } = payloadIn(form, event)
  const row = {
    body_id: bodyId,
    lane: laneOf(event),
    channel: storableText(event.channel),
    account_key: storableText(event.accountKey),
    contact_key: storableText(event.contactKey),
    kind,
    dedupe_key: storableText(event.dedupeKey),
    occurred_at: seconds(Number.isFinite(event.occurredAt) ? event.occurredAt : receivedAt),
    received_at: seconds(receivedAt),
  }
  return `${JSON.stringify(row).slice(0, -1)},"payload":${json}}`
}

/** The bodies' rows, each with where it begins in all of them together; SQL counts from 1. */
const bodyRows = (entries: readonly IntakeEntry[]): object[] => {
  let next = 1
  return entries.map(({ id, channel, body, receivedAt }) => {
    const start = next
    next += body.length
    return { id, channel: storableText(channel), start, size: body.length, received_at: seconds(receivedAt) }
  })
}

const insertAll = (entries: readonly IntakeEntry[], form: Form): RawBuilder<unknown> => {
  const events = entries.flatMap(({ id, events, receivedAt }) => events.map((event) => eventRow(id, event, receivedAt, form)))
  return sql`
    with bodies as (
      insert into intake_bodies (id, channel, body, received_at)
      select id, channel, substring(${joined(entries.map(({ body }) => body))}::bytea from start for size), to_timestamp(received_at)
      from json_to_recordset(${JSON.stringify(bodyRows(entries))}::text::json)
        as b(id uuid, channel text, start int, size int, received_at float8)
    )
    insert into intake_events (body_id, lane, channel, account_key, contact_key, kind, dedupe_key, occurred_at, received_at, payload)
    select body_id, lane, channel, account_key, contact_key, kind, dedupe_key, to_timestamp(occurred_at), to_timestamp(received_at), payload
    from rows from (json_to_recordset(${`[${events.join(',')}]`}::text::json) as (body_id uuid, lane smallint, channel text, account_key text,
      contact_key text, kind text, dedupe_key text, occurred_at float8, received_at float8, payload jsonb))
      with ordinality as e(body_id, lane, channel, account_key, contact_key, kind, dedupe_key, occurred_at, received_at, payload, n)
    order by n`
}

/** What turns requests into events. */
export const createIntakeStore = (trx: Transaction<Tables>): Pick<IntakeQueue, 'holdReader' | 'takeArrivals' | 'store'> => ({
  async holdReader() {
    await sql`select id from intake_reader for update`.execute(trx)
  },

  async takeArrivals(atMost) {
    const { rows } = await takeOldest(atMost).execute(trx)
    return rows.flatMap(arrivalsOf)
  },

  async store(entries, how) {
    if (entries.length === 0) return
    if (how === 'together') return write(trx, insertAll(entries, 'json'))
    for (const entry of entries) {
      const written = async (form: Form) => unlessRefused(trx, () => insertAll([entry], form).execute(trx))
      if (!(await written('json')) && !(await written('text'))) await insertAll([entry], 'none').execute(trx)
    }
  },
})
