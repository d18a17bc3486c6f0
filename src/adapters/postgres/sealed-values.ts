import { sql, type Transaction } from 'kysely'
import type { Tables } from '#adapters/postgres/tables.ts'
import { credentialContext, hmacTokenContext } from '#application/ports/credentials.ts'
import type { SealedValue, SealedValues } from '#application/ports/sealed-values.ts'
import { settingContext } from '#application/ports/settings.ts'

interface CredentialRow {
  readonly accountId: number
  readonly inboxId: number
  readonly channel: string
  readonly channelKey: string
  readonly sealed: string
}

const replacing = (of: SealedValue['of'], before: string, sealed: string) => {
  if (of.kind === 'setting')
    return sql`update global_config set sealed = ${sealed} where name = ${of.name} and sealed = ${before} returning 1`
  const { accountId, inboxId } = of
  return of.kind === 'credential'
    ? sql`
        update credentials set sealed = ${sealed}
        where account_id = ${accountId} and inbox_id = ${inboxId} and sealed = ${before} returning 1`
    : sql`
        update inboxes set sealed_hmac_token = ${sealed}
        where account_id = ${accountId} and id = ${inboxId} and sealed_hmac_token = ${before} returning 1`
}

export const createSealedValues = (trx: Transaction<Tables>): SealedValues => ({
  async credentials(after, limit) {
    const { rows } = await sql<CredentialRow>`
      select k.account_id as "accountId", k.inbox_id as "inboxId", c.channel, c.channel_key as "channelKey", k.sealed
      from credentials k join connections c on c.inbox_id = k.inbox_id
      where k.inbox_id > ${after} order by k.inbox_id limit ${limit}`.execute(trx)
    return rows.map(({ accountId, inboxId, channel, channelKey, sealed }) => ({
      of: { kind: 'credential', accountId, inboxId },
      context: credentialContext(channel, channelKey),
      sealed,
    }))
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

  async replace({ of, sealed: before }, sealed) {
    const { rows } = await replacing(of, before, sealed).execute(trx)
    return rows.length === 1
  },
})
