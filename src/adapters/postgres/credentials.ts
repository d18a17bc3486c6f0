import { sql, type Transaction } from 'kysely'
import { inboxRefs } from '#adapters/postgres/inbox-refs.ts'
import type { Tables } from '#adapters/postgres/tables.ts'
import { at as moment } from '#adapters/postgres/values.ts'
import type { Credentials, DueCredential, InboxRef, SealedCredential, StoredToken, TokenRef } from '#application/ports/credentials.ts'
import type { Instant } from '#domain/shared/instant.ts'

const isOf = ({ accountId, inboxId }: InboxRef) => sql`account_id = ${accountId} and inbox_id = ${inboxId}`

const isToken = (token: TokenRef) => sql`${isOf(token)} and issued_at = ${moment(token.issuedAt)}`

const isFree = (now: Instant) => sql`(claimed_until is null or claimed_until <= ${moment(now)})`

/** Along `credentials_due`: what it costs depends on `limit` alone, however many tokens there are. */
const selectDue = (now: Instant, limit: number, after: DueCredential | undefined) => sql<DueCredential>`
  select account_id as "accountId", inbox_id as "inboxId", refresh_at as "refreshAt" from credentials
  where refresh_at <= ${moment(now)} and ${isFree(now)}
    ${after ? sql`and (refresh_at, inbox_id) > (${moment(after.refreshAt)}, ${after.inboxId}::bigint)` : sql``}
  order by refresh_at, inbox_id limit ${limit}`

export const createCredentials = (trx: Transaction<Tables>): Credentials => {
  const change = async (token: TokenRef, changes: ReturnType<typeof sql>): Promise<boolean> => {
    const { rows } = await sql`update credentials set claimed_until = null, ${changes} where ${isToken(token)} returning inbox_id`.execute(
      trx,
    )
    return rows.length === 1
  }
  return {
    async save({ accountId, inboxId }, { sealed, issuedAt, expiresAt, refreshAt, failures }) {
      await sql`
        insert into credentials (inbox_id, account_id, sealed, issued_at, expires_at, refresh_at, refresh_failures)
        select id, account_id, ${sealed}, ${moment(issuedAt)}, ${moment(expiresAt)}, ${moment(refreshAt)}, ${failures}::integer
        from inboxes where id = ${inboxId} and account_id = ${accountId}
        on conflict (inbox_id) do update set sealed = excluded.sealed, issued_at = excluded.issued_at, expires_at = excluded.expires_at,
          refresh_at = excluded.refresh_at, refresh_failures = excluded.refresh_failures, refresh_error = null, warned_days = null, last_refreshed_at = null,
          claimed_until = null`.execute(trx)
    },

    async findAll(inboxes) {
      const { rows } = await sql<StoredToken>`
        select c.account_id as "accountId", c.inbox_id as "inboxId", c.sealed, c.issued_at as "issuedAt", c.expires_at as "expiresAt"
        from credentials c join ${inboxRefs(inboxes)} on r.inbox_id = c.inbox_id and r.account_id = c.account_id`.execute(trx)
      return rows
    },

    async due(now, limit, after) {
      return (await selectDue(now, limit, after).execute(trx)).rows
    },

    async claim(inbox, now, until) {
      const { rows } = await sql<SealedCredential>`
        update credentials set claimed_until = ${moment(until)}
        where ${isOf(inbox)} and refresh_at <= ${moment(now)} and ${isFree(now)}
        returning sealed, issued_at as "issuedAt", expires_at as "expiresAt", refresh_at as "refreshAt", refresh_failures as failures, warned_days as "warnedDays"`.execute(
        trx,
      )
      return rows[0]
    },

    renew: (token, { sealed, issuedAt, expiresAt, refreshAt, failures }, refreshedAt) =>
      change(
        token,
        sql`sealed = ${sealed}, issued_at = ${moment(issuedAt)}, expires_at = ${moment(expiresAt)}, refresh_at = ${moment(refreshAt)},
          refresh_failures = ${failures}::integer, refresh_error = null, warned_days = null, last_refreshed_at = ${moment(refreshedAt)}`,
      ),

    putBack: (token, { refreshAt, failures, warnedDays }, error) =>
      change(
        token,
        sql`refresh_at = ${moment(refreshAt)}, refresh_failures = ${failures}::integer, warned_days = ${warnedDays}::integer,
          refresh_error = coalesce(${error ?? null}::text, refresh_error)`,
      ),

    async lookAt(inbox, at) {
      await sql`update credentials set refresh_at = ${moment(at)} where ${isOf(inbox)}`.execute(trx)
    },

    retire: (token) => change(token, sql`refresh_at = null`),
  }
}
