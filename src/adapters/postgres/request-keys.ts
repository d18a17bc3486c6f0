import { sql, type Transaction } from 'kysely'
import { unlessHeld } from '#adapters/postgres/savepoint.ts'
import type { Tables } from '#adapters/postgres/tables.ts'
import { at as moment } from '#adapters/postgres/values.ts'
import type { KeyClaim, KeyedRequest, RequestKey, RequestKeys } from '#application/ports/request-keys.ts'
import type { Instant } from '#domain/shared/instant.ts'

const isKey = ({ accountId, userId, address, key }: RequestKey) =>
  sql`account_id = ${accountId} and user_id = ${userId} and address = ${address} and key = ${key}`

/** Waits for a transaction that holds the key. Answers a row where the key is ours now. */
const take = ({ accountId, userId, address, key, digest }: KeyedRequest, at: Instant, since: Instant) => sql`
  insert into request_keys as k (account_id, user_id, address, key, digest, created_at)
  values (${accountId}, ${userId}, ${address}, ${key}, ${digest}, ${moment(at)})
  on conflict (account_id, user_id, address, key) do update
    set digest = excluded.digest, created_at = excluded.created_at, message_id = null, answer = null
    where k.created_at <= ${moment(since)} or k.message_id is null
  returning key`

export const createRequestKeys = (trx: Transaction<Tables>): RequestKeys => ({
  async claim(request, at, since) {
    const taken = await unlessHeld(trx, () => take(request, at, since).execute(trx))
    if (!taken) return { state: 'running' }
    if (taken.rows.length === 1) return { state: 'first' }
    const { rows } = await sql<Omit<Extract<KeyClaim, { state: 'done' }>, 'state'>>`
      select digest, message_id as "messageId", answer from request_keys where ${isKey(request)}`.execute(trx)
    return rows[0] ? { state: 'done', ...rows[0] } : { state: 'running' }
  },

  async settle(key, messageId) {
    await sql`update request_keys set message_id = ${messageId} where ${isKey(key)}`.execute(trx)
  },

  async keepAnswer(key, answer) {
    await sql`update request_keys set answer = ${answer} where ${isKey(key)}`.execute(trx)
  },

  async prune(before, limit) {
    const { numAffectedRows } = await sql`
      delete from request_keys where (account_id, user_id, address, key) in (
        select account_id, user_id, address, key from request_keys where created_at < ${moment(before)} limit ${limit} for update skip locked
      )`.execute(trx)
    return Number(numAffectedRows ?? 0)
  },
})
