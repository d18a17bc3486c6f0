import { sql, type Transaction } from 'kysely'
import type { Tables } from '#adapters/postgres/tables.ts'
import { credentialContext } from '#application/ports/credentials.ts'
import { type SecretKind, secretContext } from '#application/ports/inbox-secrets.ts'
import type { SealedValue, SealedValues } from '#application/ports/sealed-values.ts'
import { settingContext } from '#application/ports/settings.ts'

interface InboxRow {
  readonly accountId: number
  readonly inboxId: number
  readonly channel: string
  readonly channelKey: string
  readonly sealed: string
}

const replaceIn = ({ of, sealed: before }: SealedValue, sealed: string) => {
  switch (of.kind) {
    case 'credential':
      return sql`
        update credentials set sealed = ${sealed}
        where account_id = ${of.accountId} and inbox_id = ${of.inboxId} and sealed = ${before} returning 1`
    case 'webhook':
    case 'hmac':
      return sql`
        update inbox_secrets set sealed = ${sealed}
        where account_id = ${of.accountId} and inbox_id = ${of.inboxId} and kind = ${of.kind} and sealed = ${before} returning 1`
    case 'setting':
      return sql`update global_config set sealed = ${sealed} where name = ${of.name} and sealed = ${before} returning 1`
  }
}

export const createSealedValues = (trx: Transaction<Tables>): SealedValues => ({
  async credentials(after, limit) {
    const { rows } = await sql<InboxRow>`
      select k.account_id as "accountId", k.inbox_id as "inboxId", c.channel, c.channel_key as "channelKey", k.sealed
      from credentials k join connections c on c.inbox_id = k.inbox_id
      where k.inbox_id > ${after} order by k.inbox_id limit ${limit}`.execute(trx)
    return rows.map(({ accountId, inboxId, channel, channelKey, sealed }) => ({
      of: { kind: 'credential', accountId, inboxId },
      context: credentialContext(channel, channelKey),
      sealed,
    }))
  },

  async secrets(after, limit) {
    const { rows } = await sql<InboxRow & { readonly kind: SecretKind }>`
      select s.account_id as "accountId", s.inbox_id as "inboxId", c.channel, c.channel_key as "channelKey", s.kind, s.sealed
      from inbox_secrets s join connections c on c.inbox_id = s.inbox_id
      where s.inbox_id > ${after} order by s.inbox_id fetch first ${limit} rows with ties`.execute(trx)
    return rows.map(({ kind, sealed, ...inbox }) => ({
      of: { kind, accountId: inbox.accountId, inboxId: inbox.inboxId },
      context: secretContext(kind, inbox),
      sealed,
    }))
  },

  async settings() {
    const { rows } = await sql<{ name: string; sealed: string }>`
      select name, sealed from global_config where sealed is not null order by name`.execute(trx)
    return rows.map(({ name, sealed }) => ({ of: { kind: 'setting', name }, context: settingContext(name), sealed }))
  },

  async setting(name) {
    const { rows } = await sql<{ sealed: string | null }>`select sealed from global_config where name = ${name}`.execute(trx)
    return rows[0]?.sealed ?? undefined
  },

  async insertSetting(name, sealed) {
    await sql`insert into global_config (name, sealed, updated_at) values (${name}, ${sealed}, now()) on conflict do nothing`.execute(trx)
  },

  async replace(value, sealed) {
    return (await replaceIn(value, sealed).execute(trx)).rows.length === 1
  },
})
