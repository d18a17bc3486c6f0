import { type Kysely, type RawBuilder, sql } from 'kysely'
import { offsetOf } from '#adapters/postgres/queries/paging.ts'
import type { Tables } from '#adapters/postgres/tables.ts'
import { anyStatus, at } from '#adapters/postgres/values.ts'
import type { GapFillView } from '#application/ports/gap-fills.ts'
import type { InboxView, Queries } from '#application/ports/queries.ts'
import { type Rhythm, rhythmSpan } from '#domain/inbox/silence.ts'
import type { AccountId, InboxId } from '#domain/shared/ids.ts'

const perPage = 25

/** Later than anything that happened. */
const maxInstant = Date.parse('9999-12-31T00:00:00Z')

type Connection = NonNullable<InboxView['connection']>
type Row = Omit<InboxView, 'connection'> & { readonly [Key in Exclude<keyof Connection, 'gapFill'>]: Connection[Key] | null } & {
  readonly [Key in keyof GapFillView]: GapFillView[Key] | null
}

const select = (which: RawBuilder<unknown>) => sql<Row>`
  select i.id, i.account_id as "accountId", i.channel, i.name, i.lock_to_single_conversation as "lockToSingleConversation",
    i.webhook_url as "webhookUrl", i.webhook_gone_at as "webhookGoneAt", i.reply_hours as "replyHours", i.hmac_mandatory as "hmacMandatory",
    i.templates,
    c.channel_key as "channelKey", c.provider_name as "providerName", c.state, c.webhooks_subscribed as "webhooksSubscribed",
    c.last_event_at as "lastEventAt", coalesce(c.last_error, k.refresh_error) as "lastError",
    k.expires_at as "tokenExpiresAt", k.last_refreshed_at as "lastRefreshedAt",
    c.provider_account_type as "accountType", c.permissions, c.connected_at as "connectedAt", c.quiet_since as "quietSince",
    g.looked_at as "lookedAt", g.last_missed as missed, g.last_missed_at as "missedAt", g.error
  from inboxes i left join connections c on c.inbox_id = i.id left join credentials k on k.inbox_id = i.id
  left join gap_fills g on g.inbox_id = i.id
  where ${which} order by lower(i.name), i.id`

const toView = (row: Row): InboxView => {
  const { channelKey, providerName, state, webhooksSubscribed, lastEventAt, lastError, tokenExpiresAt, lastRefreshedAt, ...rest } = row
  const { accountType, permissions, connectedAt, quietSince, lookedAt, missedAt, missed, error, ...inbox } = rest
  if (channelKey === null || providerName === null || state === null || webhooksSubscribed === null || connectedAt === null)
    return { ...inbox, connection: null }
  const credential = { tokenExpiresAt, lastRefreshedAt, accountType, permissions }
  const heard = { lastEventAt, lastError, connectedAt, quietSince, gapFill: { lookedAt, missedAt, missed: missed ?? 0, error } }
  return { ...inbox, connection: { channelKey, providerName, state, webhooksSubscribed, ...heard, ...credential } }
}

export const inboxQueries = (db: Kysely<Tables>): Pick<Queries, 'inboxes' | 'inbox' | 'connections' | 'inboxRhythm'> => ({
  async inboxes(accountId) {
    return (await select(sql`i.account_id = ${accountId}`).execute(db)).rows.map(toView)
  },

  async connections(page) {
    const { rows } = await sql<{ accountId: AccountId; inboxId: InboxId; name: string }>`
      select i.account_id as "accountId", i.id as "inboxId", i.name from inboxes i join connections c on c.inbox_id = i.id
      order by i.id limit ${perPage} offset ${offsetOf(page, perPage)}`.execute(db)
    return rows
  },

  async inboxRhythm(accountId, id, lastEventAt) {
    const since = at(lastEventAt === null ? maxInstant : lastEventAt - rhythmSpan)
    const after = at(lastEventAt ?? 0)
    const { rows } = await sql<Omit<Rhythm, 'lastEventAt'>>`
      select
        (select count(*) from conversations v where v.account_id = ${accountId} and v.inbox_id = ${id} and v.status = any(${anyStatus}::text[])
          and v.last_activity_at >= ${since} and v.last_incoming_at >= ${since}) as conversations,
        (select max(m.created_at) from conversations v join messages m on m.conversation_id = v.id
          join message_parts p on p.message_id = m.id
          where v.account_id = ${accountId} and v.inbox_id = ${id} and v.status = any(${anyStatus}::text[]) and v.last_activity_at > ${after}
            and m.created_at > ${after} and m.message_type = 'outgoing' and m.author <> 'native_app' and p.state = 'accepted') as "lastSentAt"`.execute(
      db,
    )
    return rows[0] ?? { conversations: 0, lastSentAt: null }
  },

  async inbox(accountId, id) {
    return (await select(sql`i.account_id = ${accountId} and i.id = ${id}`).execute(db)).rows.map(toView)[0]
  },
})
