import { type RawBuilder, sql, type Transaction } from 'kysely'
import { inboxRefs } from '#adapters/postgres/inbox-refs.ts'
import type { Tables } from '#adapters/postgres/tables.ts'
import { type InboxSecret, type InboxSecrets, type SecretRef, secretContext } from '#application/ports/inbox-secrets.ts'

interface Row extends Omit<InboxSecret, 'context'> {
  readonly channel: string
  readonly channelKey: string
}

export const toInboxSecret = ({ accountId, inboxId, kind, sealed, channel, channelKey }: Row): InboxSecret => ({
  accountId,
  inboxId,
  kind,
  sealed,
  context: secretContext(kind, { inboxId, channel, channelKey }),
})

/** Where there is one already, `standing` says which stays. */
const write = ({ accountId, inboxId, kind }: SecretRef, sealed: string, standing: RawBuilder<unknown>) => sql<{ sealed: string }>`
  insert into inbox_secrets (account_id, inbox_id, kind, sealed)
  select account_id, id, ${kind}, ${sealed} from inboxes where account_id = ${accountId} and id = ${inboxId}
  on conflict (inbox_id, kind) do update set sealed = ${standing}
  returning sealed`

export const createInboxSecrets = (trx: Transaction<Tables>): InboxSecrets => ({
  async find(inboxes, kinds) {
    if (inboxes.length === 0) return []
    const { rows } = await sql<Row>`
      select i.account_id as "accountId", i.id as "inboxId", k.kind, s.sealed, c.channel, c.channel_key as "channelKey"
      from ${inboxRefs(inboxes)} join inboxes i on i.id = r.inbox_id and i.account_id = r.account_id
      join connections c on c.inbox_id = i.id
      cross join unnest(${[...kinds]}::text[]) k(kind)
      left join inbox_secrets s on s.inbox_id = i.id and s.kind = k.kind`.execute(trx)
    return rows.map(toInboxSecret)
  },

  async keep(secret, sealed) {
    const { rows } = await write(secret, sealed, sql`inbox_secrets.sealed`).execute(trx)
    return rows[0]?.sealed
  },

  async replace(secret, sealed) {
    await write(secret, sealed, sql`excluded.sealed`).execute(trx)
  },
})
