import { sql, type Transaction } from 'kysely'
import { storableText } from '#adapters/postgres/storable.ts'
import type { Tables } from '#adapters/postgres/tables.ts'
import { at as moment } from '#adapters/postgres/values.ts'
import type { AwaitedFile, UploadedFile, Uploads } from '#application/ports/uploads.ts'

type Released = { readonly id: number } & { readonly [K in Exclude<keyof UploadedFile, 'id'>]: UploadedFile[K] | null }

const fileOf = ({ id, name, contentType, size, digest }: Released): UploadedFile | null =>
  name === null || contentType === null || size === null || digest === null ? null : { id, name, contentType, size, digest }

export const createUploads = (trx: Transaction<Tables>): Uploads => ({
  async reserve(accountId, at, file) {
    const { contentType, size, md5 } = file && 'md5' in file ? file : { contentType: null, size: null, md5: null }
    const { rows } = await sql<{ id: number }>`
      insert into upload_reservations (account_id, created_at, name, announced_type, announced_size, announced_md5)
      values (${accountId}, ${moment(at)}, ${file ? storableText(file.name) : null}, ${contentType && storableText(contentType)},
        ${size}::bigint, ${md5}) returning id`.execute(trx)
    const [made] = rows
    if (!made) throw new Error('Nothing was reserved.')
    return made.id
  },

  async awaited(accountId, id) {
    const { rows } = await sql<AwaitedFile>`
      select name, announced_type as "contentType", announced_size as size, announced_md5 as md5, created_at as "announcedAt",
        digest is not null as "isKept" from upload_reservations
      where account_id = ${accountId} and id = ${id}::bigint and announced_md5 is not null`.execute(trx)
    return rows[0]
  },

  async keep(accountId, { id, name, contentType, size, digest }) {
    const { rows } = await sql`
      update upload_reservations set name = ${storableText(name)}, content_type = ${contentType}, byte_size = ${size}::bigint, digest = ${digest}
      where account_id = ${accountId} and id = ${id}::bigint and digest is null returning id`.execute(trx)
    return rows.length > 0
  },

  async release(accountId, ids) {
    if (ids.length === 0) return []
    const { rows } = await sql<Released>`
      with theirs as materialized (
        select id from upload_reservations where account_id = ${accountId} and id = any(${[...ids]}::bigint[]) order by id for update
      ),
      gone as (
        delete from upload_reservations r using theirs t where r.id = t.id
        returning r.id, r.name, r.content_type as "contentType", r.byte_size as size, r.digest
      )
      select * from gone order by id`.execute(trx)
    return rows.map((row) => ({ id: row.id, file: fileOf(row) }))
  },

  async releaseOlder(than) {
    await sql`delete from upload_reservations where id in (
      select id from upload_reservations where created_at < ${moment(than)} for update skip locked)`.execute(trx)
  },

  async count(accountId, since) {
    const { rows } = await sql<{ count: number }>`
      select count(*) as count from upload_reservations
      where account_id = ${accountId} and created_at >= ${moment(since)} and name is not null`.execute(trx)
    return rows[0]?.count ?? 0
  },
})
