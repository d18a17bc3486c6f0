import { sql, type Transaction } from 'kysely'
import type { Tables } from '#adapters/postgres/tables.ts'
import { at as moment } from '#adapters/postgres/values.ts'
import type { Accounts, TokenOwner } from '#application/ports/accounts.ts'

const ownerColumn = (owner: TokenOwner) =>
  'userId' in owner
    ? ({ table: 'users', column: 'user_id', id: owner.userId } as const)
    : ({ table: 'platform_apps', column: 'platform_app_id', id: owner.platformAppId } as const)

export const createAccounts = (trx: Transaction<Tables>): Accounts => ({
  async insertAccount({ name, locale, at }) {
    const row = { name, locale, created_at: new Date(at) }
    return (await trx.insertInto('accounts').values(row).returning('id').executeTakeFirstOrThrow()).id
  },

  async ensureUser({ name, email, at }) {
    const row = { name, email, created_at: new Date(at) }
    const made = await trx
      .insertInto('users')
      .values(row)
      .onConflict((conflict) => conflict.column('email').doNothing())
      .returning('id')
      .executeTakeFirst()
    return (made ?? (await trx.selectFrom('users').select('id').where('email', '=', email).executeTakeFirstOrThrow())).id
  },

  async setMembership({ accountId, userId, role, at }) {
    const { rows } = await sql`
      insert into account_users (account_id, user_id, role, created_at)
      select a.id, u.id, ${role}, ${moment(at)} from accounts a, users u where a.id = ${accountId} and u.id = ${userId}
      on conflict (account_id, user_id) do update set role = excluded.role
      returning user_id`.execute(trx)
    return rows.length === 1
  },

  async ensurePlatformApp({ name, at }) {
    const made = await trx
      .insertInto('platform_apps')
      .values({ name, created_at: new Date(at) })
      .onConflict((conflict) => conflict.column('name').doNothing())
      .returning('id')
      .executeTakeFirst()
    return (made ?? (await trx.selectFrom('platform_apps').select('id').where('name', '=', name).executeTakeFirstOrThrow())).id
  },

  async addToken(owner, digest, at) {
    const { table, column, id } = ownerColumn(owner)
    const { rows } = await sql`
      with owner as (select id from ${sql.table(table)} where id = ${id} for key share),
      added as (
        insert into access_tokens (digest, ${sql.ref(column)}, created_at)
        select ${digest}::bytea, id, ${moment(at)} from owner on conflict (digest) do nothing
      )
      select id from owner`.execute(trx)
    return rows.length === 1
  },

  async removeToken(digest) {
    await sql`delete from access_tokens where digest = ${digest}::bytea`.execute(trx)
  },

  async removeTokens(owner) {
    const { column, id } = ownerColumn(owner)
    await trx.deleteFrom('access_tokens').where(column, '=', id).execute()
  },
})
