import { sql, type Transaction } from 'kysely'
import { recordset } from '#adapters/postgres/storable.ts'
import type { Tables } from '#adapters/postgres/tables.ts'
import { write } from '#adapters/postgres/unanswered.ts'
import type { PaceRef, Paces } from '#application/ports/paces.ts'
import { freshPace, type Pace } from '#domain/inbox/pace.ts'

interface Row extends Pace {
  readonly accountId: number
  readonly inboxId: number
  readonly kind: string
}

const keyOf = ({ accountId, inboxId, kind }: Omit<PaceRef, 'kind'> & { readonly kind: string }): string => `${accountId} ${inboxId} ${kind}`

const asRows = (refs: readonly PaceRef[]) =>
  recordset(refs.map(({ accountId, inboxId, kind }) => ({ account_id: accountId, inbox_id: inboxId, kind })))

export const createPaces = (trx: Transaction<Tables>): Paces => {
  const lockKnown = async (refs: readonly PaceRef[]): Promise<Map<string, Pace>> => {
    const { rows } = await sql<Row>`
      select p.account_id as "accountId", p.inbox_id as "inboxId", p.kind, p.recent, p.line_until as "lineUntil"
      from json_to_recordset(${asRows(refs)}) as r(account_id bigint, inbox_id bigint, kind text)
      join paces p on p.inbox_id = r.inbox_id and p.kind = r.kind and p.account_id = r.account_id
      order by p.inbox_id, p.kind for update of p`.execute(trx)
    return new Map(rows.map(({ recent, lineUntil, ...row }) => [keyOf(row), { recent, lineUntil }]))
  }

  /** Once in the life of an inbox. */
  const begin = async (refs: readonly PaceRef[]): Promise<void> => {
    await sql`
      insert into paces (inbox_id, kind, account_id)
      select i.id, r.kind, i.account_id
      from json_to_recordset(${asRows(refs)}) as r(account_id bigint, inbox_id bigint, kind text)
      join inboxes i on i.id = r.inbox_id and i.account_id = r.account_id
      order by i.id, r.kind on conflict do nothing`.execute(trx)
  }

  return {
    async lock(refs) {
      if (refs.length === 0) return []
      let known = await lockKnown(refs)
      if (refs.some((ref) => !known.has(keyOf(ref)))) {
        await begin(refs)
        known = await lockKnown(refs)
      }
      return refs.map((ref) => known.get(keyOf(ref)) ?? freshPace)
    },

    async save(paces) {
      if (paces.length === 0) return
      const rows = paces.map(({ ref: { accountId, inboxId, kind }, pace: { recent, lineUntil } }) => ({
        account_id: accountId,
        inbox_id: inboxId,
        kind,
        recent,
        line_until: lineUntil,
      }))
      await write(
        trx,
        sql`
        update paces p set recent = s.recent, line_until = s.line_until
        from json_to_recordset(${recordset(rows)}) as s(account_id bigint, inbox_id bigint, kind text, recent float8[], line_until float8)
        where p.account_id = s.account_id and p.inbox_id = s.inbox_id and p.kind = s.kind`,
      )
    },
  }
}
