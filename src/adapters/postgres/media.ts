import { type RawBuilder, sql, type Transaction } from 'kysely'
import { storableText } from '#adapters/postgres/storable.ts'
import type { Tables } from '#adapters/postgres/tables.ts'
import { at as moment } from '#adapters/postgres/values.ts'
import type { Media, MediaItem, MediaRef } from '#application/ports/media.ts'
import type { MediaKind } from '#domain/media/media-key.ts'

const tables: Readonly<Record<MediaKind, RawBuilder<unknown>>> = { attachments: sql`attachments`, avatars: sql`avatars` }

const common = sql`t.id, t.account_id as "accountId", t.external_url as "externalUrl", t.media_state as state, t.attempts, t.due_at as "dueAt"`

const items: Readonly<Record<MediaKind, RawBuilder<MediaItem>>> = {
  attachments: sql<MediaItem>`select ${common}, 'attachments' as kind, t.message_id as "ownerId", t.file_type as "fileType",
    m.created_at as "postedAt" from attachments t join messages m on m.id = t.message_id`,
  avatars: sql<MediaItem>`select ${common}, 'avatars' as kind, t.contact_id as "ownerId", 'avatar' as "fileType",
    t.created_at as "postedAt" from avatars t`,
}

export const createMedia = (trx: Transaction<Tables>): Media => ({
  async ofMessages(messageIds) {
    if (messageIds.length === 0) return []
    const { rows } = await sql<MediaItem>`${items.attachments}
      where t.message_id = any(${[...messageIds]}::bigint[]) and t.due_at is not null order by t.id`.execute(trx)
    return rows
  },

  async find({ accountId, kind, id }) {
    const { rows } = await sql<MediaItem>`${items[kind]} where t.account_id = ${accountId} and t.id = ${id} for update of t`.execute(trx)
    return rows[0]
  },

  async save({ accountId, kind, id, externalUrl, state, attempts, dueAt }, file) {
    const kept = file ? sql`, content_type = ${file.contentType}, byte_size = ${file.size}::bigint, digest = ${file.digest}` : sql.raw('')
    await sql`update ${tables[kind]} set external_url = ${externalUrl}, media_state = ${state}, attempts = ${attempts},
      due_at = ${dueAt === null ? null : moment(dueAt)} ${kept} where account_id = ${accountId} and id = ${id}`.execute(trx)
  },

  async due(kind, by, after, limit) {
    const { rows } = await sql<MediaRef>`select t.id, t.account_id as "accountId", ${kind} as kind from ${tables[kind]} t
      where t.due_at is not null and t.due_at <= ${moment(by)} and t.id > ${after}::bigint order by t.id limit ${limit}`.execute(trx)
    return rows
  },

  async known(accountId, kind, ids) {
    const { rows } = await sql<{ id: number }>`select t.id from ${tables[kind]} t
      where t.account_id = ${accountId} and t.id = any(${[...ids]}::bigint[]) order by t.id`.execute(trx)
    return rows.map(({ id }) => id)
  },

  async wantAvatar({ accountId, contactId, url, at }) {
    const link = storableText(url)
    const { rows } = await sql<{ id: number; wanted: boolean }>`
      with known as (
        select id from avatars where account_id = ${accountId} and contact_id = ${contactId} and external_url = ${link} order by id desc limit 1
      ),
      begun_again as (
        update avatars set media_state = 'pending', attempts = 0, due_at = ${moment(at)}
        where id = (select id from known) and media_state = 'failed' and due_at is null returning id
      ),
      made as (
        insert into avatars (account_id, contact_id, external_url, media_state, due_at, created_at)
        select account_id, id, ${link}, 'pending', ${moment(at)}, ${moment(at)} from contacts
        where account_id = ${accountId} and id = ${contactId} and not exists (select from known) returning id
      )
      select id from begun_again union all select id from made`.execute(trx)
    const [row] = rows
    return row && { accountId, kind: 'avatars', id: row.id }
  },

  async dropOlderAvatars({ accountId, id, ownerId }) {
    const { rows } = await sql<{ id: number }>`
      delete from avatars where account_id = ${accountId} and contact_id = ${ownerId} and id < ${id}::bigint returning id`.execute(trx)
    return rows.map((row) => ({ accountId, kind: 'avatars', id: row.id }))
  },
})
