import { type RawBuilder, sql } from 'kysely'
import { recordset } from '#adapters/postgres/storable.ts'
import type { InboxRef } from '#application/ports/credentials.ts'

/** Inboxes to join with, each once: `r(account_id, inbox_id)`. */
export const inboxRefs = (refs: readonly InboxRef[]): RawBuilder<unknown> => {
  const rows = refs.map(({ accountId, inboxId }) => ({ account_id: accountId, inbox_id: inboxId }))
  return sql`(select distinct * from json_to_recordset(${recordset(rows)}) as r(account_id bigint, inbox_id bigint)) r`
}
