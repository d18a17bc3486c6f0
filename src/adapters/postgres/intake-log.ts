import { type RawBuilder, sql } from 'kysely'
import type { Database } from '#adapters/postgres/database.ts'
import { createGroupCommit } from '#adapters/postgres/group-commit.ts'
import { losslessJson, seconds, storableEvent, storableText } from '#adapters/postgres/storable.ts'
import type { ChannelEvent } from '#application/intake/channel-event.ts'
import type { Ids } from '#application/ports/ids.ts'
import type { IntakeEntry, IntakeLog } from '#application/ports/intake.ts'
import { spread } from '#domain/shared/hash.ts'
import type { Duration, Instant } from '#domain/shared/instant.ts'

/** Notified when events were stored. */
export const intakeChannel = 'dovecote_intake'

/** As many as `intake_lanes` has rows. */
export const lanes = 16

interface Stored {
  readonly id: string
  readonly entry: IntakeEntry
}

/** An event's row as JSON text. Its payload is in it as it is: encoded once more it would cost half of what storing it costs. */
const eventRow = (bodyId: string, event: ChannelEvent, receivedAt: Instant, asText: boolean): string => {
  const { kind, json } = storableEvent(event)
  const row = {
    body_id: bodyId,
    lane: spread(`${event.channel}|${event.accountKey}|${event.contactKey}`, lanes),
    channel: event.channel,
    account_key: storableText(event.accountKey),
    contact_key: storableText(event.contactKey),
    kind,
    dedupe_key: storableText(event.dedupeKey),
    occurred_at: seconds(Number.isFinite(event.occurredAt) ? event.occurredAt : receivedAt),
    received_at: seconds(receivedAt),
  }
  return `${JSON.stringify(row).slice(0, -1)},"payload":${losslessJson(json, asText)}}`
}

/** The bodies' rows, each with where it begins in all of them together; SQL counts from 1. */
const bodyRows = (stored: readonly Stored[]): object[] => {
  let next = 1
  return stored.map(({ id, entry: { channel, body, receivedAt } }) => {
    const start = next
    next += body.length
    return { id, channel, start, size: body.length, received_at: seconds(receivedAt) }
  })
}

/** One parameter of bytes goes over as it is; an array of them would go as text, twice as long. */
const joined = (stored: readonly Stored[]): Uint8Array => {
  const bytes = new Uint8Array(stored.reduce((sum, { entry }) => sum + entry.body.length, 0))
  let at = 0
  for (const { entry } of stored) {
    bytes.set(entry.body, at)
    at += entry.body.length
  }
  return bytes
}

const insertAll = (stored: readonly Stored[], asText: boolean): RawBuilder<unknown> => {
  const events = stored.flatMap(({ id, entry }) => entry.events.map((event) => eventRow(id, event, entry.receivedAt, asText)))
  return sql`
    with bodies as (
      insert into intake_bodies (id, channel, body, received_at)
      select id, channel, substring(${joined(stored)}::bytea from start for size), to_timestamp(received_at)
      from json_to_recordset(${JSON.stringify(bodyRows(stored))}::text::json)
        as b(id uuid, channel text, start int, size int, received_at float8)
    ),
    events as (
      insert into intake_events (body_id, lane, channel, account_key, contact_key, kind, dedupe_key, occurred_at, received_at, payload)
      select body_id, lane, channel, account_key, contact_key, kind, dedupe_key, to_timestamp(occurred_at), to_timestamp(received_at), payload
      from rows from (json_to_recordset(${`[${events.join(',')}]`}::text::json) as (body_id uuid, lane smallint, channel text, account_key text,
        contact_key text, kind text, dedupe_key text, occurred_at float8, received_at float8, payload jsonb))
        with ordinality as e(body_id, lane, channel, account_key, contact_key, kind, dedupe_key, occurred_at, received_at, payload, n)
      order by n
    )
    select pg_notify(${intakeChannel}, '')`
}

/** Did PostgreSQL refuse the data itself (and not the moment)? Then another form, or fewer rows, may pass. */
const isRefusal = (cause: unknown): boolean =>
  typeof cause === 'object' && cause !== null && 'code' in cause && typeof cause.code === 'string' && /^(22|54)/.test(cause.code)

export interface IntakeLogOptions {
  readonly database: Database
  readonly ids: Ids
  /** Entries in one write, at most. */
  readonly maxBatch?: number
  /** Writes side by side: while the disk is busy with one, the next is made ready. */
  readonly maxInFlight?: number
  /** How long an append may take before it is given up. */
  readonly timeoutMs?: Duration
}

/**
 * Appends that come while a write is under way are written together by the next one, in one statement and one commit. A batch
 * that PostgreSQL refuses is written entry by entry, so that none fails for another's sake, and what is refused even then with
 * its payloads as text: the body as it came is stored in any case.
 */
export const createIntakeLog = ({ database, ids, maxBatch = 256, timeoutMs = 1000, ...rest }: IntakeLogOptions): IntakeLog => {
  const maxInFlight = rest.maxInFlight ?? Math.min(2, database.connections)
  const write = (stored: readonly Stored[], asText: boolean) => insertAll(stored, asText).execute(database.kysely)

  const writeOne = async (stored: Stored): Promise<void> => {
    try {
      await write([stored], false)
    } catch (cause) {
      if (!isRefusal(cause)) throw cause
      await write([stored], true)
    }
  }

  const writeAll = async (entries: readonly IntakeEntry[]): Promise<readonly PromiseSettledResult<unknown>[]> => {
    const stored = entries.map((entry) => ({ id: ids.next(), entry }))
    const [together] = await Promise.allSettled([write(stored, false)])
    if (together.status === 'fulfilled' || !isRefusal(together.reason)) return entries.map(() => together)
    const results: PromiseSettledResult<unknown>[] = []
    for (const each of stored) results.push(...(await Promise.allSettled([writeOne(each)])))
    return results
  }

  return createGroupCommit({ write: writeAll, maxBatch, maxInFlight, timeoutMs })
}
