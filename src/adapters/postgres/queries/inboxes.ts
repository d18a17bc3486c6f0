import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { Tables } from '#adapters/postgres/tables.ts'
import type { InboxView, Queries } from '#application/ports/queries.ts'

type Connection = NonNullable<InboxView['connection']>
type Row = Omit<InboxView, 'connection'> & { readonly [Key in keyof Connection]: Connection[Key] | null }

const select = (which: RawBuilder<unknown>) => sql<Row>`
  select i.id, i.account_id as "accountId", i.channel, i.name, i.lock_to_single_conversation as "lockToSingleConversation",
    i.webhook_url as "webhookUrl",
    c.channel_key as "channelKey", c.provider_name as "providerName", c.state, c.webhooks_subscribed as "webhooksSubscribed",
    c.last_event_at as "lastEventAt", coalesce(c.last_error, k.refresh_error) as "lastError",
    k.expires_at as "tokenExpiresAt", k.last_refreshed_at as "lastRefreshedAt"
  from inboxes i left join connections c on c.inbox_id = i.id left join credentials k on k.inbox_id = i.id
  where ${which} order by lower(i.name), i.id`

const toView = (row: Row): InboxView => {
  const { channelKey, providerName, state, webhooksSubscribed, lastEventAt, lastError, tokenExpiresAt, lastRefreshedAt, ...inbox } = row
  if (channelKey === null || providerName === null || state === null || webhooksSubscribed === null) return { ...inbox, connection: null }
  const credential = { tokenExpiresAt, lastRefreshedAt }
  return { ...inbox, connection: { channelKey, providerName, state, webhooksSubscribed, lastEventAt, lastError, ...credential } }
}

export const inboxQueries = (db: Kysely<Tables>): Pick<Queries, 'inboxes' | 'inbox'> => ({
  async inboxes(accountId) {
    return (await select(sql`i.account_id = ${accountId}`).execute(db)).rows.map(toView)
  },

  async inbox(accountId, id) {
    return (await select(sql`i.account_id = ${accountId} and i.id = ${id}`).execute(db)).rows.map(toView)[0]
  },
})
