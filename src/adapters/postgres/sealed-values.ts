import { sql, type Transaction } from 'kysely'
import type { Tables } from '#adapters/postgres/tables.ts'
import { credentialContext, hmacTokenContext } from '#application/ports/credentials.ts'
import type { SealedValue, SealedValues } from '#application/ports/sealed-values.ts'
import { settingContext } from '#application/ports/settings.ts'
import { webhookContext } from '#application/ports/webhooks.ts'

interface InboxRow {
  readonly accountId: number
  readonly inboxId: number
  readonly channel: string
  readonly channelKey: string
  readonly sealed: string
}

const toValue = <Kind extends 'credential' | 'webhook'>(
  kind: Kind,
  contextOf: (channel: string, channelKey: string) => string,
  { accountId, inboxId, channel, channelKey, sealed }: InboxRow,
) => ({ of: { kind, accountId, inboxId }, context: contextOf(channel, channelKey), sealed })

const replaceIn = ({ of, sealed: before }: SealedValue, sealed: string) => {
  switch (of.kind) {
    case 'credential':
      return sql`
        update credentials set sealed = ${sealed}
        where account_id = ${of.accountId} and inbox_id = ${of.inboxId} and sealed = ${before} returning 1`
    case 'webhook':
      return sql`
        update inboxes set webhook_secret = ${sealed}
        where account_id = ${of.accountId} and id = ${of.inboxId} and webhook_secret = ${before} returning 1`
    case 'hmac_token':
      return sql`
        update inboxes set sealed_hmac_token = ${sealed}
        where account_id = ${of.accountId} and id = ${of.inboxId} and sealed_hmac_token = ${before} returning 1`
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
    return rows.map((row) => toValue('credential', credentialContext, row))
  },

  async webhooks(after, limit) {
    const { rows } = await sql<InboxRow>`
      select i.account_id as "accountId", i.id as "inboxId", c.channel, c.channel_key as "channelKey", i.webhook_secret as sealed
      from inboxes i join connections c on c.inbox_id = i.id
      where i.id > ${after} and i.webhook_secret is not null order by i.id limit ${limit}`.execute(trx)
    return rows.map((row) => toValue('webhook', webhookContext, row))
  },

  async hmacTokens(after, limit) {
    const { rows } = await sql<{ accountId: number; inboxId: number; sealed: string }>`
      select account_id as "accountId", id as "inboxId", sealed_hmac_token as sealed from inboxes
      where sealed_hmac_token is not null and id > ${after} order by id limit ${limit}`.execute(trx)
    return rows.map(({ accountId, inboxId, sealed }) => ({
      of: { kind: 'hmac_token', accountId, inboxId },
      context: hmacTokenContext(inboxId),
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
