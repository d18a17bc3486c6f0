import { sql, type Transaction } from 'kysely'
import { inboxRefs } from '#adapters/postgres/inbox-refs.ts'
import { unlessTaken } from '#adapters/postgres/savepoint.ts'
import { recordset, storableJson, storableText, time } from '#adapters/postgres/storable.ts'
import type { Tables } from '#adapters/postgres/tables.ts'
import { write } from '#adapters/postgres/unanswered.ts'
import { anyStatus, at as moment } from '#adapters/postgres/values.ts'
import type { ConnectedInbox, ConnectionDetails, Inboxes, InboxSettings, NewInbox, SilenceSuspect } from '#application/ports/inboxes.ts'
import { type InboxTemplates, noTemplates } from '#domain/conversation/templates.ts'
import { clockSkew, echoPatience, echoPause, shortestSilence } from '#domain/inbox/silence.ts'
import type { AccountId, InboxId } from '#domain/shared/ids.ts'
import { hours, type Instant } from '#domain/shared/instant.ts'

const connectedColumns = sql`
  i.id as "inboxId", i.account_id as "accountId", c.channel, c.channel_key as "channelKey", c.state,
    i.lock_to_single_conversation as "lockToSingleConversation", i.templates`

export const connected = sql`
  select ${connectedColumns}
  from connections c join inboxes i on i.id = c.inbox_id`

const detailColumns = (details: ConnectionDetails) => ({
  alternate_key: details.alternateKey,
  provider_name: details.providerName,
  provider_account_type: details.accountType,
  permissions: details.permissions && [...details.permissions],
  connected_by: details.connectedBy,
  connected_at: new Date(details.connectedAt),
})

/** The connection first, since it may be refused; its foreign key is checked when the statement ends, and then the inbox is there. */
const insertBoth = (inbox: NewInbox, details: ConnectionDetails) => sql<{ id: number }>`
  with next as (select nextval(pg_get_serial_sequence('inboxes', 'id')) as id),
  made as (
    insert into connections (inbox_id, account_id, channel, channel_key, alternate_key, provider_name, provider_account_type, permissions,
      state, connected_by, connected_at)
    select id, ${inbox.accountId}::bigint, ${inbox.channel}, ${inbox.channelKey}, ${details.alternateKey}, ${details.providerName},
      ${details.accountType}, ${details.permissions && [...details.permissions]}::text[], 'connected', ${details.connectedBy}::bigint, ${moment(details.connectedAt)}
    from next
    on conflict (channel, channel_key) where state <> 'disconnected' do nothing
    returning inbox_id, account_id, channel
  )
  insert into inboxes (id, account_id, channel, name, webhook_url, lock_to_single_conversation, reply_hours, created_at)
  select inbox_id, account_id, channel, ${inbox.name}, ${inbox.webhookUrl ?? null}, ${inbox.lockToSingleConversation ?? false},
    ${inbox.replyHours ?? null}::integer,    ${moment(inbox.at)} from made
  returning id`

const reads = (
  trx: Transaction<Tables>,
): Pick<Inboxes, 'byChannelKeys' | 'byId' | 'ofAccount' | 'ofProviderAccount' | 'find' | 'findAll' | 'lock'> => ({
  async byChannelKeys(keys) {
    if (keys.length === 0) return []
    const { rows } = await sql<ConnectedInbox>`${connected}
      join (select distinct * from json_to_recordset(${recordset(keys)}) as k(channel text, "channelKey" text)) k
        on k.channel = c.channel and k."channelKey" = c.channel_key
      where c.state <> 'disconnected'`.execute(trx)
    return rows
  },

  async byId(inboxId) {
    return (await sql<ConnectedInbox>`${connected} where i.id = ${inboxId}`.execute(trx)).rows[0]
  },

  async ofAccount(accountId, { channel, channelKey }) {
    const { rows } = await sql<ConnectedInbox>`${connected}
      where c.account_id = ${accountId} and c.channel = ${channel} and c.channel_key = ${channelKey}
      order by i.id desc limit 1 for update of c, i`.execute(trx)
    return rows[0]
  },

  async ofProviderAccount(channel, key) {
    const { rows } = await sql<ConnectedInbox & { readonly connectedAt: number }>`
      select ${connectedColumns}, c.connected_at as "connectedAt"
      from connections c join inboxes i on i.id = c.inbox_id
      where c.channel = ${channel} and (c.channel_key = ${key} or c.alternate_key = ${key}) order by i.id for update of c`.execute(trx)
    return rows
  },

  async find(accountId, inboxId) {
    const { rows } = await sql<ConnectedInbox>`${connected} where i.account_id = ${accountId} and i.id = ${inboxId}`.execute(trx)
    return rows[0]
  },

  async findAll(asked) {
    const { rows } =
      await sql<ConnectedInbox>`${connected} join ${inboxRefs(asked)} on r.inbox_id = i.id and r.account_id = i.account_id`.execute(trx)
    return rows
  },

  async lock(accountId, inboxId) {
    const { rows } = await sql<ConnectedInbox>`${connected}
      where i.account_id = ${accountId} and i.id = ${inboxId} for no key update of c`.execute(trx)
    return rows[0]
  },
})

const writes = (trx: Transaction<Tables>): Omit<Inboxes, keyof (ReturnType<typeof reads> & ReturnType<typeof silences>)> => ({
  async insert(inbox, details) {
    const { rows } = await insertBoth(inbox, details).execute(trx)
    return rows[0]?.id
  },

  async settings(accountId, inboxId) {
    const { rows } = await sql<Omit<InboxSettings, keyof InboxTemplates> & { templates: InboxTemplates | null }>`
      select name, lock_to_single_conversation as "lockToSingleConversation", webhook_url as "webhookUrl", reply_hours as "replyHours",
        hmac_mandatory as "hmacMandatory", templates
      from inboxes where account_id = ${accountId} and id = ${inboxId} for update`.execute(trx)
    if (!rows[0]) return undefined
    const { templates, ...chosen } = rows[0]
    return { ...chosen, ...(templates ?? noTemplates) }
  },

  async saveSettings(accountId, inboxId, { name, lockToSingleConversation, webhookUrl, replyHours, hmacMandatory, ...templates }) {
    await sql`
      update inboxes set name = ${storableText(name)}, lock_to_single_conversation = ${lockToSingleConversation}, webhook_url = ${webhookUrl},
        reply_hours = ${replyHours}::integer, hmac_mandatory = ${hmacMandatory},
        templates = ${storableJson(templates)}::text::jsonb
      where account_id = ${accountId} and id = ${inboxId}`.execute(trx)
  },

  async reconnect(inboxId, details) {
    const changes = { ...detailColumns(details), state: 'connected', last_error: null } as const
    return unlessTaken(trx, () => trx.updateTable('connections').set(changes).where('inbox_id', '=', inboxId).execute())
  },

  async setState(inboxId, state, lastError) {
    const changes = lastError === undefined ? { state } : { state, last_error: lastError }
    await trx.updateTable('connections').set(changes).where('inbox_id', '=', inboxId).execute()
  },

  async setSubscribed(inboxId, subscribed, lastError) {
    const { rows } = await sql<{ before: boolean }>`
      with known as (select inbox_id, webhooks_subscribed as before from connections where inbox_id = ${inboxId} for no key update)
      update connections c set webhooks_subscribed = ${subscribed}, last_error = ${lastError} from known where c.inbox_id = known.inbox_id
      returning known.before`.execute(trx)
    return rows[0]?.before ?? false
  },

  async setPermissions(inboxId, permissions) {
    await trx
      .updateTable('connections')
      .set({ permissions: [...permissions] })
      .where('inbox_id', '=', inboxId)
      .execute()
  },

  async cut(inboxId, lastError) {
    const changes = { state: 'disconnected', webhooks_subscribed: false, last_error: lastError } as const
    await trx.updateTable('connections').set(changes).where('inbox_id', '=', inboxId).execute()
    await trx.deleteFrom('credentials').where('inbox_id', '=', inboxId).execute()
  },

  async forgetOwner(inboxId) {
    const nothing = { provider_name: '', alternate_key: null, provider_account_type: null, permissions: [] }
    await trx.updateTable('connections').set(nothing).where('inbox_id', '=', inboxId).where('state', '=', 'disconnected').execute()
  },

  async takeSubscriptionChecks({ kinds, agreedBefore, refusedBefore, now, limit }) {
    const { rows } = await sql<{ accountId: AccountId; inboxId: InboxId }>`
      with due as (
        select inbox_id from connections
        where state in ('connected', 'refresh_failing') and channel = any(${[...kinds]}::text[])
          and (subscription_checked_at is null or subscription_checked_at <= ${moment(agreedBefore)}
            or not webhooks_subscribed and subscription_checked_at <= ${moment(refusedBefore)})
        order by subscription_checked_at nulls first limit ${limit} for no key update skip locked
      )
      update connections c set subscription_checked_at = ${moment(now)} from due where c.inbox_id = due.inbox_id
      returning c.account_id as "accountId", c.inbox_id as "inboxId"`.execute(trx)
    return rows
  },

  /** Where someone else is moving it at this moment, it is left to them: workers on one busy inbox must not queue up here. */
  async noteEvents(latest) {
    if (latest.size === 0) return
    const rows = [...latest].map(([id, at]) => ({ id, at: time(at) }))
    const note = sql`
      with noted as (select * from json_to_recordset(${recordset(rows)}) as n(id bigint, at timestamptz)),
      free as (
        select c.inbox_id, n.at from connections c join noted n on n.id = c.inbox_id
        where c.last_event_at is null or c.last_event_at < n.at
        for no key update of c skip locked
      )
      update connections c set last_event_at = free.at from free where c.inbox_id = free.inbox_id`
    await write(trx, note)
  },
})

/** How far back a conversation tells of an answer without an echo: the look comes several times in that span. */
const lately = hours(1)

/** In a `case`, so that the conversations are looked for inbox by inbox along their index, and never joined as a whole. */
const isSuspect = (now: Instant) => sql`case
  when c.quiet_since is not null then c.last_event_at > c.quiet_since - ${clockSkew}::float8 * interval '1 ms' and c.last_event_at <> c.quiet_since
  when c.last_event_at <= ${moment(now - shortestSilence)} and (c.silence_look_at is null or c.silence_look_at <= ${moment(now)}) then true
  when c.silence_told_at > ${moment(now - echoPause)} then false
  when c.last_event_at is null or c.last_event_at <= ${moment(now - echoPatience)} then exists (
    select 1 from conversations v where v.account_id = c.account_id and v.status = any(${anyStatus}::text[])
      and v.last_activity_at > greatest(c.last_event_at, ${moment(now - lately)}) and v.inbox_id = c.inbox_id)
  else false end`

const silences = (trx: Transaction<Tables>): Pick<Inboxes, 'silenceSuspects' | 'noteSilence'> => ({
  async silenceSuspects({ kinds, now, limit, after }) {
    const { rows } = await sql<SilenceSuspect>`
      select c.account_id as "accountId", c.inbox_id as "inboxId", c.last_event_at as "lastEventAt", c.quiet_since as "quietSince"
      from connections c
      where c.inbox_id > ${after} and c.state in ('connected', 'refresh_failing') and c.channel = any(${[...kinds]}::text[]) and ${isSuspect(now)}
      order by c.inbox_id limit ${limit}`.execute(trx)
    return rows
  },

  async noteSilence(inboxId, { before, quietSince, lookAt, toldAt }) {
    const { rows } = await sql`
      update connections set quiet_since = ${quietSince === null ? null : moment(quietSince)}::timestamptz, silence_look_at = ${moment(lookAt)},
        silence_told_at = coalesce(${toldAt === null ? null : moment(toldAt)}::timestamptz, silence_told_at)
      where inbox_id = ${inboxId} and quiet_since is not distinct from ${before === null ? null : moment(before)}::timestamptz
      returning inbox_id`.execute(trx)
    return rows.length === 1
  },
})

export const createInboxes = (trx: Transaction<Tables>): Inboxes => ({
  ...reads(trx),
  ...writes(trx),
  ...silences(trx),
})
