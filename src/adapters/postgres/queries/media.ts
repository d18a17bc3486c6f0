import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { Tables } from '#adapters/postgres/tables.ts'
import type { MediaFileView } from '#application/ports/media.ts'
import type { Queries } from '#application/ports/queries.ts'

/** The picture that a contact is shown with. */
export const avatarOf = (contactId: string): RawBuilder<number | null> =>
  sql`(select v.id from avatars v where v.contact_id = ${sql.ref(contactId)} and v.media_state = 'stored' order by v.id desc limit 1)`

const columns = sql`t.media_state as state, t.external_url as "externalUrl", t.content_type as "contentType", t.byte_size as size, t.digest`

export const mediaQueries = (db: Kysely<Tables>): Pick<Queries, 'mediaFile'> => ({
  async mediaFile({ accountId, kind, id }) {
    const which = sql`where t.account_id = ${accountId} and t.id = ${id}`
    const attachment = sql<MediaFileView>`
      select ${columns}, t.file_type as "fileType" from attachments t join messages m on m.id = t.message_id
      join conversations c on c.id = m.conversation_id and c.account_id = t.account_id ${which}
      union all select 'stored', null, t.content_type, t.byte_size, t.digest, 'file' from upload_reservations t
        ${which} and t.digest is not null`
    const avatar = sql<MediaFileView>`
      select ${columns}, 'avatar' as "fileType" from avatars t join contacts c on c.id = t.contact_id and c.account_id = t.account_id ${which}`
    return (await (kind === 'attachments' ? attachment : avatar).execute(db)).rows[0]
  },
})
