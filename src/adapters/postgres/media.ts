import { type RawBuilder, sql, type Transaction } from 'kysely'
import { recordset, time } from '#adapters/postgres/storable.ts'
import type { Tables } from '#adapters/postgres/tables.ts'
import { write } from '#adapters/postgres/unanswered.ts'
import { at as moment } from '#adapters/postgres/values.ts'
import type { Media, MediaItem, MediaRef, WantedAvatar } from '#application/ports/media.ts'
import type { MediaKind } from '#domain/media/media-key.ts'

const tables: Readonly<Record<MediaKind, RawBuilder<unknown>>> = { attachments: sql`attachments`, avatars: sql`avatars` }

const common = sql`t.id, t.account_id as "accountId", t.external_url as "externalUrl", t.media_state as state, t.attempts, t.due_at as "dueAt"`

const items: Readonly<Record<MediaKind, RawBuilder<MediaItem>>> = {
  attachments: sql<MediaItem>`select ${common}, 'attachments' as kind, t.message_id as "ownerId", t.file_type as "fileType",
    m.created_at as "postedAt" from attachments t join messages m on m.id = t.message_id`,
  avatars: sql<MediaItem>`select ${common}, 'avatars' as kind, t.contact_id as "ownerId", 'avatar' as "fileType",
    t.created_at as "postedAt" from avatars t`,
}

const wantedRow = ({ accountId, contactId, url, at }: WantedAvatar, n: number) => ({
  n,
  account_id: accountId,
  contact_id: contactId,
  url,
  at: time(at),
})

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
    const save = sql`update ${tables[kind]} set external_url = ${externalUrl}, media_state = ${state}, attempts = ${attempts},
      due_at = ${dueAt === null ? null : moment(dueAt)} ${kept} where account_id = ${accountId} and id = ${id}`
    await write(trx, save)
  },

  async due(kind, by, after, limit) {
    const { rows } = await sql<MediaRef>`select t.id, t.account_id as "accountId", ${kind} as kind from ${tables[kind]} t
      where t.due_at is not null and t.due_at <= ${moment(by)} and t.id > ${after}::bigint order by t.id limit ${limit}`.execute(trx)
    return rows
  },

  async known(accountId, kind, ids) {
    const asked = [...ids]
    const reserved = sql`union select r.id from upload_reservations r where r.account_id = ${accountId} and r.id = any(${asked}::bigint[])`
    const { rows } = await sql<{ id: number }>`select t.id from ${tables[kind]} t
      where t.account_id = ${accountId} and t.id = any(${asked}::bigint[]) ${kind === 'attachments' ? reserved : sql.raw('')}
      order by id`.execute(trx)
    return rows.map(({ id }) => id)
  },

  async wantAvatars(wanted) {
    if (wanted.length === 0) return []
    const { rows } = await sql<MediaRef>`
      with wanted as materialized (
        select distinct on (contact_id) * from json_to_recordset(${recordset(wanted.map(wantedRow))})
          as w(n int, account_id bigint, contact_id bigint, url text, at timestamptz) order by contact_id, n
      ),
      known as (
        select distinct on (v.contact_id) v.id, v.contact_id, w.at from wanted w
        join avatars v on v.contact_id = w.contact_id and v.account_id = w.account_id and v.external_url = w.url
        order by v.contact_id, v.id desc
      ),
      begun_again as (
        update avatars v set media_state = 'pending', attempts = 0, due_at = k.at from known k
        where v.id = k.id and v.media_state in ('failed', 'expired') and v.due_at is null returning v.id, v.account_id
      ),
      made as (
        insert into avatars (account_id, contact_id, external_url, media_state, due_at, created_at)
        select w.account_id, w.contact_id, w.url, 'pending', w.at, w.at from wanted w
        join contacts c on c.id = w.contact_id and c.account_id = w.account_id
        where not exists (select from known k where k.contact_id = w.contact_id) order by w.n returning id, account_id
      )
      select id, account_id as "accountId", 'avatars' as kind from (select * from begun_again union all select * from made) a order by id`.execute(
      trx,
    )
    return rows
  },

  async dropOlderAvatars({ accountId, id, ownerId }) {
    const { rows } = await sql<{ id: number }>`
      delete from avatars where account_id = ${accountId} and contact_id = ${ownerId} and id < ${id}::bigint returning id`.execute(trx)
    return rows.map((row) => ({ accountId, kind: 'avatars', id: row.id }))
  },
})
