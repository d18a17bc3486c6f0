import { type Kysely, sql } from 'kysely'
import { offsetOf } from '#adapters/postgres/queries/paging.ts'
import type { Tables } from '#adapters/postgres/tables.ts'
import type { Actor, Role } from '#application/ports/accounts.ts'
import type { AccountView, Queries, UserView } from '#application/ports/queries.ts'

const perPage = 25

const account = sql`id, name, locale, status, custom_attributes as "customAttributes"`
const user = sql`u.id, u.name, u.email, u.custom_attributes as "customAttributes"`

interface OwnerRow {
  readonly userId: number | null
  readonly platformAppId: number | null
  readonly name: string
  readonly email: string
  readonly roles: Readonly<Record<number, Role>>
}

const toActor = ({ userId, platformAppId, name, email, roles }: OwnerRow): Actor | undefined => {
  if (userId !== null) return { kind: 'user', userId, name, email, roles }
  return platformAppId === null ? undefined : { kind: 'platform_app', platformAppId }
}

type ActorQueries = Pick<Queries, 'actorByToken' | 'accounts' | 'account' | 'user' | 'accountUsers'>

export const actorQueries = (db: Kysely<Tables>): ActorQueries => ({
  async actorByToken(digest) {
    const { rows } = await sql<OwnerRow>`
      select t.user_id as "userId", t.platform_app_id as "platformAppId", u.name, u.email,
        coalesce((select json_object_agg(m.account_id, m.role) from account_users m where m.user_id = t.user_id), '{}') as roles
      from access_tokens t left join users u on u.id = t.user_id where t.digest = ${digest}`.execute(db)
    return rows[0] && toActor(rows[0])
  },

  async accounts(page) {
    const { rows } = await sql<AccountView>`
      select ${account} from accounts order by id limit ${perPage} offset ${offsetOf(page, perPage)}`.execute(db)
    return rows
  },

  async account(id) {
    return (await sql<AccountView>`select ${account} from accounts where id = ${id}`.execute(db)).rows[0]
  },

  async user(id) {
    return (await sql<UserView>`select ${user} from users u where u.id = ${id}`.execute(db)).rows[0]
  },

  async accountUsers(id) {
    const { rows } = await sql<UserView & { readonly role: Role }>`
      select ${user}, m.role from account_users m join users u on u.id = m.user_id where m.account_id = ${id} order by u.id`.execute(db)
    return rows
  },
})
