import { type RawBuilder, sql, type Transaction } from 'kysely'
import { toInboxSecret } from '#adapters/postgres/inbox-secrets.ts'
import { readScenes } from '#adapters/postgres/scenes.ts'
import { recordset, time } from '#adapters/postgres/storable.ts'
import type { Tables } from '#adapters/postgres/tables.ts'
import { write } from '#adapters/postgres/unanswered.ts'
import { at as moment } from '#adapters/postgres/values.ts'
import type { ConversationEvent } from '#application/events.ts'
import type { InboxRef } from '#application/ports/credentials.ts'
import type { Ids } from '#application/ports/ids.ts'
import type { Claim, DeliverySelection, PastDelivery, WebhookDelivery, Webhooks } from '#application/ports/webhooks.ts'
import type { Instant } from '#domain/shared/instant.ts'

const newRow = ({ accountId, name, payload, at }: ConversationEvent, n: number, ids: Ids) => ({
  n,
  id: ids.next(),
  account: accountId,
  inbox: payload.inbox.id,
  conversation: payload.conversation.id,
  name,
  payload,
  at: time(at),
})

/**
 * The events' numbers are drawn in the order given, while the writer has the conversation: they are the order in which it is told. What
 * comes behind something that waits is due no sooner; that saves looks, and whether it may go is decided when it is taken.
 */
const insertAll = (events: readonly ConversationEvent[], ids: Ids) => sql`
  with wanted as materialized (
    select w.*, nextval((select pg_get_serial_sequence('business_events', 'id')::regclass)) as event_id from (
      select * from json_to_recordset(${recordset(events.map((event, n) => newRow(event, n, ids)))})
        as w(n integer, id uuid, account bigint, inbox bigint, conversation bigint, name text, payload jsonb, at timestamptz)
      order by n
    ) w
  ),
  told as (
    insert into business_events (id, account_id, conversation_id, name, payload, created_at)
    select event_id, account, conversation, name, payload, at from wanted order by n
  )
  insert into webhook_deliveries (id, account_id, inbox_id, conversation_id, event_id, state, due_at)
  select id, account, inbox, conversation, event_id, 'pending', greatest(at, (
    select max(d.due_at) from webhook_deliveries d where d.inbox_id = inbox and d.conversation_id = conversation and d.state = 'pending'
  )) from wanted order by n`

interface Row {
  readonly id: string
  readonly inboxId: number
  readonly attempts: number
  readonly deliveredAt: Instant | null
  readonly accountId: number
  readonly name: ConversationEvent['name']
  readonly payload: unknown
  readonly at: Instant
  readonly url: string | null
  readonly goneAt: Instant | null
  readonly channel: string
  readonly channelKey: string
  readonly sealed: string | null
}

const toDelivery = ({ id, inboxId, attempts, deliveredAt, url, goneAt, channel, channelKey, sealed, ...event }: Row): WebhookDelivery => ({
  id,
  inboxId,
  attempts,
  deliveredAt,
  // As it was written by `add`.
  event: event as ConversationEvent,
  target: { url, goneAt, secret: toInboxSecret({ accountId: event.accountId, inboxId, kind: 'webhook', sealed, channel, channelKey }) },
})

const isFree = (now: Instant) => sql`(d.claimed_until is null or d.claimed_until <= ${moment(now)})`

const isDue = (now: Instant) => sql`d.state = 'pending' and d.due_at <= ${moment(now)} and ${isFree(now)}`

/**
 * Whether it is due is asked again where it is taken: whoever had it before may have settled it in the meantime. A conversation that
 * somebody asked to be erased has no account any more.
 */
const takeDue = ({ accountId, inboxId }: InboxRef, { now, until, width, most }: Claim) => sql<Row>`
  with heads as materialized (
    select d.id from webhook_deliveries d join conversations c on c.id = d.conversation_id and c.account_id = d.account_id
    where d.inbox_id = ${inboxId} and d.account_id = ${accountId} and ${isDue(now)}
      and not exists (
        select from webhook_deliveries e where e.inbox_id = d.inbox_id and e.conversation_id = d.conversation_id
          and e.state = 'pending' and e.event_id < d.event_id
      )
    order by d.due_at, d.event_id
    limit (
      select greatest(0, least(${most}::bigint, ${width}::bigint - count(*))) from webhook_deliveries b
      where b.inbox_id = ${inboxId} and b.state = 'pending' and b.claimed_until > ${moment(now)}
    )
  ),
  taken as (
    update webhook_deliveries d set claimed_until = ${moment(until)}, attempted_at = ${moment(now)}, attempts = d.attempts + 1
    from heads where d.id = heads.id and ${isDue(now)}
    returning d.*
  )
  select t.id, t.inbox_id as "inboxId", t.attempts, t.delivered_at as "deliveredAt", e.account_id as "accountId", e.name, e.payload,
    e.created_at as at, i.webhook_url as url, i.webhook_gone_at as "goneAt", c.channel, c.channel_key as "channelKey", s.sealed
  from taken t join business_events e on e.id = t.event_id
  join inboxes i on i.id = t.inbox_id join connections c on c.inbox_id = t.inbox_id
  left join inbox_secrets s on s.inbox_id = t.inbox_id and s.kind = 'webhook'
  order by t.due_at, t.event_id`

const matching = ({ accountId, inboxId }: InboxRef, { ids, state, since, until }: DeliverySelection): RawBuilder<unknown> => {
  const conditions = [sql`d.account_id = ${accountId} and d.inbox_id = ${inboxId}`]
  conditions.push(state === undefined ? sql`d.state in ('delivered', 'failed')` : sql`d.state = ${state}`)
  if (ids !== undefined) conditions.push(sql`d.id = any(${[...ids]}::uuid[])`)
  if (since !== undefined) conditions.push(sql`e.created_at >= ${moment(since)}`)
  if (until !== undefined) conditions.push(sql`e.created_at < ${moment(until)}`)
  return sql.join(conditions, sql` and `)
}

/** Not what lasted a moment, nor an answer of which people had it told anew since. */
const isWorthRepeating = sql`e.name not in ('conversation_typing_on', 'conversation_typing_off') and not (
  e.name = 'message_created' and exists (
    select from business_events l where l.conversation_id = d.conversation_id and l.id > e.id and l.name = e.name
      and l.payload #>> '{message,id}' = e.payload #>> '{message,id}'
  )
)`

const inbox = (trx: Transaction<Tables>, { accountId, inboxId }: InboxRef) =>
  trx.updateTable('inboxes').where('id', '=', inboxId).where('account_id', '=', accountId)

const targets = (trx: Transaction<Tables>): Pick<Webhooks, 'listensAt' | 'markGone' | 'welcome'> => ({
  async listensAt({ accountId, inboxId }, url) {
    const { rows } = await sql`
      select from inboxes where account_id = ${accountId} and id = ${inboxId} and webhook_url = ${url}`.execute(trx)
    return rows.length === 1
  },

  async markGone(ref, url, at) {
    const { numUpdatedRows } = await inbox(trx, ref)
      .set({ webhook_gone_at: new Date(at) })
      .where('webhook_url', '=', url)
      .where('webhook_gone_at', 'is', null)
      .executeTakeFirst()
    return numUpdatedRows === 1n
  },

  async welcome(ref, now) {
    await inbox(trx, ref).set({ webhook_gone_at: null }).execute()
    await sql`
      update webhook_deliveries set due_at = ${moment(now)}
      where inbox_id = ${ref.inboxId} and account_id = ${ref.accountId} and state = 'pending' and due_at > ${moment(now)}`.execute(trx)
  },
})

export const createWebhooks = (trx: Transaction<Tables>, ids: Ids): Webhooks => ({
  ...targets(trx),

  scenes: (refs) => readScenes(trx, refs),

  async add(events) {
    if (events.length > 0) await write(trx, insertAll(events, ids))
  },

  /** Those who take in an inbox wait for each other here: each sees in the next statement what the one before it took. */
  async take(ref, claim) {
    await sql`select id from inboxes where id = ${ref.inboxId} and account_id = ${ref.accountId} for no key update`.execute(trx)
    return (await takeDue(ref, claim).execute(trx)).rows.map(toDelivery)
  },

  async settle({ id, attempts }, { state, dueAt, status, error }, now) {
    const { rows } = await sql<{ inboxId: number; conversationId: number }>`
      update webhook_deliveries set state = ${state}, due_at = ${moment(dueAt)}, claimed_until = null, last_status = ${status}::integer,
        last_error = ${error}, delivered_at = case when ${state} = 'delivered' then coalesce(delivered_at, ${moment(now)}) else delivered_at end
      where id = ${id} and attempts = ${attempts} and state = 'pending'
      returning inbox_id as "inboxId", conversation_id as "conversationId"`.execute(trx)
    const [settled] = rows
    if (settled && state === 'pending') {
      const wait = sql`
        update webhook_deliveries set due_at = ${moment(dueAt)}
        where inbox_id = ${settled.inboxId} and conversation_id = ${settled.conversationId} and state = 'pending' and due_at < ${moment(dueAt)}`
      await write(trx, wait)
    }
    return settled !== undefined
  },

  async nextDue({ accountId, inboxId }, now) {
    const { rows } = await sql<{ at: Instant | null }>`
      select min(due_at) as at from webhook_deliveries
      where inbox_id = ${inboxId} and account_id = ${accountId} and state = 'pending' and due_at > ${moment(now)}`.execute(trx)
    return rows[0]?.at ?? null
  },

  async inboxesDue(now, after, limit) {
    const { rows } = await sql<InboxRef>`
      select distinct d.account_id as "accountId", d.inbox_id as "inboxId" from webhook_deliveries d
      where ${isDue(now)} and d.inbox_id > ${after}
      order by d.inbox_id limit ${limit}`.execute(trx)
    return rows
  },

  async past(ref, which, after, limit) {
    const { rows } = await sql<PastDelivery>`
      select d.id, d.event_id as position, d.conversation_id as "conversationId",
        case when e.name = 'message_created' then (e.payload #>> '{message,id}')::bigint end as "messageId"
      from webhook_deliveries d join business_events e on e.id = d.event_id
      join conversations c on c.id = d.conversation_id and c.account_id = d.account_id
      where ${matching(ref, which)} and d.event_id > ${after} and ${isWorthRepeating} order by d.event_id limit ${limit}`.execute(trx)
    return rows
  },

  async reopen({ accountId, inboxId }, ids, now) {
    await sql`
      update webhook_deliveries set state = 'pending', attempts = 0, due_at = ${moment(now)}, claimed_until = null
      where account_id = ${accountId} and inbox_id = ${inboxId} and id = any(${[...ids]}::uuid[]) and state <> 'pending'`.execute(trx)
  },
})
