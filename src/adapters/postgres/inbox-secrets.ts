import { sql, type Transaction } from 'kysely'
import type { Tables } from '#adapters/postgres/tables.ts'
import type { Inboxes } from '#application/ports/inboxes.ts'

export type InboxSecrets = Pick<Inboxes, 'hmacToken' | 'keepHmacToken' | 'replaceHmacToken'>

export const createInboxSecrets = (trx: Transaction<Tables>): InboxSecrets => ({
  async hmacToken(accountId, inboxId) {
    const { rows } = await sql<{ sealed: string | null }>`
      select sealed_hmac_token as sealed from inboxes where account_id = ${accountId} and id = ${inboxId}`.execute(trx)
    return rows[0]?.sealed ?? undefined
  },

  async keepHmacToken(accountId, inboxId, sealed) {
    const { rows } = await sql<{ sealed: string }>`
      update inboxes set sealed_hmac_token = coalesce(sealed_hmac_token, ${sealed}) where account_id = ${accountId} and id = ${inboxId}
      returning sealed_hmac_token as sealed`.execute(trx)
    return rows[0]?.sealed
  },

  async replaceHmacToken(accountId, inboxId, sealed) {
    await sql`update inboxes set sealed_hmac_token = ${sealed} where account_id = ${accountId} and id = ${inboxId}`.execute(trx)
  },
})
