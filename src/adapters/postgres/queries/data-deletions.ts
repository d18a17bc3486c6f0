import { type Kysely, sql } from 'kysely'
import type { Tables } from '#adapters/postgres/tables.ts'
import type { DeletionView } from '#application/ports/data-deletions.ts'
import type { Queries } from '#application/ports/queries.ts'

export const dataDeletionQueries = (db: Kysely<Tables>): Pick<Queries, 'dataDeletion'> => ({
  async dataDeletion(channel, code) {
    const { rows } = await sql<DeletionView>`
      select requested_at as "requestedAt", completed_at as "completedAt" from data_deletions where channel = ${channel} and code = ${code}`.execute(
      db,
    )
    return rows[0]
  },
})
