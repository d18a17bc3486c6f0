import { type Kysely, sql } from 'kysely'
import type { Tables } from '#adapters/postgres/tables.ts'
import type { DeletionView } from '#application/ports/data-deletions.ts'
import type { Queries } from '#application/ports/queries.ts'

export const contactErasureQueries = (db: Kysely<Tables>): Pick<Queries, 'contactErasure'> => ({
  async contactErasure(accountId, contactId) {
    const { rows } = await sql<DeletionView>`
      select requested_at as "requestedAt", completed_at as "completedAt" from contact_erasures
      where account_id = ${accountId} and contact_id = ${contactId}`.execute(db)
    return rows[0]
  },
})
