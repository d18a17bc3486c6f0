import { sql, type Transaction } from 'kysely'
import type { Tables } from '#adapters/postgres/tables.ts'
import { at } from '#adapters/postgres/values.ts'
import type { SpentStateTokens } from '#application/ports/unit-of-work.ts'

export const createSpentStateTokens = (trx: Transaction<Tables>): SpentStateTokens => ({
  async spend(id, expiresAt, now) {
    await trx.deleteFrom('used_state_tokens').where('expires_at', '<=', at(now)).where('id', '<>', id).execute()
    const { rows } = await sql`
      insert into used_state_tokens (id, expires_at) values (${id}, ${new Date(expiresAt)}) on conflict do nothing returning id`.execute(
      trx,
    )
    return rows.length === 1
  },
})
