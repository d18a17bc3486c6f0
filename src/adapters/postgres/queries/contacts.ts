import { type Kysely, type RawBuilder, sql } from 'kysely'
import { avatarOf } from '#adapters/postgres/queries/media.ts'
import { offsetOf } from '#adapters/postgres/queries/paging.ts'
import type { Tables } from '#adapters/postgres/tables.ts'
import type { ContactView, Queries } from '#application/ports/queries.ts'

const perPage = 15

const contactInboxes = sql`
  (select coalesce(json_agg(json_build_object('id', ci.id, 'sourceId', ci.source_id, 'inboxId', i.id, 'inboxName', i.name, 'channel', i.channel)
    order by ci.id), '[]') from contact_inboxes ci join inboxes i on i.id = ci.inbox_id where ci.contact_id = k.id)`

const views = (which: RawBuilder<unknown>) => sql<ContactView>`
  select k.id, k.name, k.email, k.phone_number as "phoneNumber", k.identifier, k.blocked, k.avatar_url as "avatarUrl",
    ${avatarOf('k.id')} as "avatarId",
    k.additional_attributes as "additionalAttributes", k.custom_attributes as "customAttributes", k.last_activity_at as "lastActivityAt",
    k.created_at as "createdAt", ${contactInboxes} as "contactInboxes"
  from (${which}) k order by k.name, k.id`

/** `text` anywhere in a column, with nothing in it read as a wildcard. */
const contains = (text: string): string => `%${text.replaceAll(/[\\%_]/g, '\\$&').replaceAll('\0', '')}%`

const found = (accountId: number, search: string | undefined): RawBuilder<unknown> => {
  const ours = sql`k.account_id = ${accountId}`
  if (search === undefined || search === '') return ours
  const text = contains(search)
  return sql`${ours} and (k.name ilike ${text} or k.email ilike ${text} or k.phone_number ilike ${text} or k.identifier ilike ${text})`
}

export const contactQueries = (db: Kysely<Tables>): Pick<Queries, 'contacts' | 'contact'> => ({
  async contacts(accountId, page, search) {
    const which = found(accountId, search)
    const wanted = sql`select * from contacts k where ${which} order by k.name, k.id limit ${perPage} offset ${offsetOf(page, perPage)}`
    const [counted, listed] = await Promise.all([
      sql<{ count: number }>`select count(*) from contacts k where ${which}`.execute(db),
      views(wanted).execute(db),
    ])
    return { count: counted.rows[0]?.count ?? 0, page: listed.rows }
  },

  async contact(accountId, id) {
    return (await views(sql`select * from contacts k where k.account_id = ${accountId} and k.id = ${id}`).execute(db)).rows[0]
  },
})
