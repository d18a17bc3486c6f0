import { sql, type Transaction } from 'kysely'
import { detailColumns, writeDetails } from '#adapters/postgres/contact-details.ts'
import type { Tables } from '#adapters/postgres/tables.ts'
import type { Contacts } from '#application/ports/contacts.ts'
import type { MediaRef } from '#application/ports/media.ts'
import type { MergeableContact } from '#domain/contact/merged-contact.ts'
import type { ContactId } from '#domain/shared/ids.ts'

export const createContactMerges = (trx: Transaction<Tables>): Pick<Contacts, 'lockWhole' | 'absorb'> => ({
  /** In the order in which whoever takes in or sends a message locks: first who is known where, then conversations, then contacts. */
  async lockWhole(accountId, ids) {
    const theirs = sql`select id from contact_inboxes where account_id = ${accountId} and contact_id = any(${[...ids]}::bigint[])`
    await sql`${theirs} order by id for update`.execute(trx)
    await sql`select id from conversations where contact_inbox_id in (${theirs}) order by id for update`.execute(trx)
    const { rows } = await sql<MergeableContact & { readonly id: ContactId }>`
      select ${detailColumns}
      from contacts where account_id = ${accountId} and id = any(${[...ids]}::bigint[]) order by id for update`.execute(trx)
    return rows
  },

  /** Each statement sees what was committed before it began, so none misses what somebody wrote before the locks were ours. */
  async absorb({ accountId, baseId, mergeeId, contact }) {
    await sql`
      update messages m set author_id = ${baseId}
      from contact_inboxes ci join conversations v on v.contact_inbox_id = ci.id
      where ci.account_id = ${accountId} and ci.contact_id = ${mergeeId} and m.conversation_id = v.id
        and m.author = 'contact' and m.author_id = ${mergeeId}`.execute(trx)
    await sql`
      update conversations v set contact_id = ${baseId} from contact_inboxes ci
      where ci.account_id = ${accountId} and ci.contact_id = ${mergeeId} and v.contact_inbox_id = ci.id`.execute(trx)
    await sql`
      update contact_inboxes set client_access = 'apart'
      where account_id = ${accountId} and contact_id in (${baseId}, ${mergeeId}) and client_access = 'guest'`.execute(trx)
    await sql`update contact_inboxes set contact_id = ${baseId} where account_id = ${accountId} and contact_id = ${mergeeId}`.execute(trx)
    await sql`
      update avatars v set contact_id = ${baseId} where v.account_id = ${accountId} and v.contact_id = ${mergeeId}
        and not exists (select from avatars o where o.contact_id = ${baseId})`.execute(trx)
    const left = await sql<MediaRef>`
      delete from avatars where account_id = ${accountId} and contact_id = ${mergeeId}
      returning account_id as "accountId", 'avatars' as kind, id`.execute(trx)
    await sql`delete from contacts where account_id = ${accountId} and id = ${mergeeId}`.execute(trx)
    await writeDetails(trx, accountId, baseId, contact)
    return left.rows
  },
})
