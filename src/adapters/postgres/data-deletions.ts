import { sql, type Transaction } from 'kysely'
import type { Tables } from '#adapters/postgres/tables.ts'
import { at as moment } from '#adapters/postgres/values.ts'
import type { DataDeletion, DataDeletions } from '#application/ports/data-deletions.ts'

export const createDataDeletions = (trx: Transaction<Tables>): DataDeletions => ({
  async request({ code, channel, accountKey, issuedAt, requestedAt }) {
    const made = await sql`
      insert into data_deletions (code, channel, account_key, issued_at, requested_at)
      values (${code}, ${channel}, ${accountKey}, ${moment(issuedAt)}, ${moment(requestedAt)}) on conflict do nothing returning code`.execute(
      trx,
    )
    if (made.rows.length > 0) return { code, isNew: true }
    const { rows } = await sql<{ code: string }>`
      select code from data_deletions where channel = ${channel} and account_key = ${accountKey}
      order by (issued_at = ${moment(issuedAt)}) desc, requested_at desc limit 1`.execute(trx)
    return { code: rows[0]?.code ?? code, isNew: false }
  },

  async waiting(code) {
    const { rows } = await sql<DataDeletion>`
      select code, channel, account_key as "accountKey" from data_deletions where code = ${code} and completed_at is null`.execute(trx)
    return rows[0]
  },

  async complete(code, at) {
    await sql`update data_deletions set completed_at = ${moment(at)} where code = ${code} and completed_at is null`.execute(trx)
  },
})
