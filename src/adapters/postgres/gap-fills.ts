import { sql, type Transaction } from 'kysely'
import type { Tables } from '#adapters/postgres/tables.ts'
import { at as moment } from '#adapters/postgres/values.ts'
import type { ClaimedGapFill, DueGapFill, GapFills } from '#application/ports/gap-fills.ts'
import type { ConnectedInbox } from '#application/ports/inboxes.ts'
import type { Instant } from '#domain/shared/instant.ts'

interface Row extends ConnectedInbox {
  readonly dueAt: Instant
  readonly filledUntil: Instant | null
  readonly begunAt: Instant | null
  readonly cursor: string | null
  readonly pages: number
  readonly missed: number
  readonly failures: number
  readonly alternateKey: string | null
}

const toClaimed = (row: Row, until: Instant): ClaimedGapFill => {
  const { inboxId, accountId, channel, channelKey, state, lockToSingleConversation, templates, begunAt, cursor, pages, missed } = row
  const pass = begunAt === null || cursor === null ? null : { begunAt, cursor, pages, missed }
  return {
    fill: { dueAt: row.dueAt, filledUntil: row.filledUntil, pass, failures: row.failures },
    until,
    inbox: { inboxId, accountId, channel, channelKey, state, lockToSingleConversation, templates },
    alternateKey: row.alternateKey,
  }
}

const isFree = (now: Instant) => sql`(g.claimed_until is null or g.claimed_until <= ${moment(now)})`

const mayCall = sql`n.state in ('connected', 'refresh_failing')`

const orNull = (instant: Instant | null | undefined) =>
  instant === null || instant === undefined ? sql`null::timestamptz` : moment(instant)

export const createGapFills = (trx: Transaction<Tables>): GapFills => ({
  async ask({ accountId, inboxId }, at) {
    await sql`
      insert into gap_fills (inbox_id, account_id, due_at)
      select id, account_id, ${moment(at)} from inboxes where id = ${inboxId} and account_id = ${accountId}
      on conflict (inbox_id) do update set due_at = excluded.due_at, failures = 0`.execute(trx)
  },

  async due(kinds, now, limit, after) {
    const { rows } = await sql<DueGapFill>`
      select g.account_id as "accountId", g.inbox_id as "inboxId", g.due_at as "dueAt"
      from gap_fills g join connections n on n.inbox_id = g.inbox_id
      where g.due_at <= ${moment(now)} and ${isFree(now)} and ${mayCall} and n.channel = any(${[...kinds]}::text[])
        ${after ? sql`and (g.due_at, g.inbox_id) > (${moment(after.dueAt)}, ${after.inboxId}::bigint)` : sql``}
      order by g.due_at, g.inbox_id limit ${limit}`.execute(trx)
    return rows
  },

  async claim({ accountId, inboxId }, now, until) {
    const { rows } = await sql<Row>`
      update gap_fills g set claimed_until = ${moment(until)}
      from inboxes i, connections n, credentials k
      where g.account_id = ${accountId} and g.inbox_id = ${inboxId} and g.due_at <= ${moment(now)} and ${isFree(now)}
        and i.id = g.inbox_id and n.inbox_id = g.inbox_id and k.inbox_id = g.inbox_id and ${mayCall}
      returning i.id as "inboxId", i.account_id as "accountId", n.channel, n.channel_key as "channelKey", n.state,
        i.lock_to_single_conversation as "lockToSingleConversation", i.templates, n.alternate_key as "alternateKey",
        g.due_at as "dueAt", g.filled_until as "filledUntil", g.begun_at as "begunAt", g.cursor, g.pages, g.missed, g.failures`.execute(trx)
    return rows[0] && toClaimed(rows[0], until)
  },

  async hold({ accountId, inboxId }) {
    await sql`select inbox_id from gap_fills where account_id = ${accountId} and inbox_id = ${inboxId} for update`.execute(trx)
  },

  async save({ inbox: { accountId, inboxId }, until, fill: before }, { dueAt, filledUntil, pass, failures }, { ended, error }) {
    const hasMissed = ended !== undefined && ended.missed > 0
    await sql`
      update gap_fills set claimed_until = null, due_at = case when due_at = ${moment(before.dueAt)} then ${moment(dueAt)} else due_at end,
        filled_until = ${orNull(filledUntil)}, begun_at = ${orNull(pass?.begunAt)}, cursor = ${pass?.cursor ?? null}::text,
        pages = ${pass?.pages ?? 0}::integer, missed = ${pass?.missed ?? 0}::integer, failures = ${failures}::integer, error = ${error}::text,
        looked_at = coalesce(${orNull(ended?.at)}, looked_at),
        last_missed = case when ${hasMissed} then ${ended?.missed ?? 0}::integer else last_missed end,
        last_missed_at = case when ${hasMissed} then ${orNull(ended?.at)} else last_missed_at end
      where account_id = ${accountId} and inbox_id = ${inboxId} and claimed_until = ${moment(until)}`.execute(trx)
  },
})
