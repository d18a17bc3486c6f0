import { type RawBuilder, sql, type Transaction } from 'kysely'
import { unlessTaken } from '#adapters/postgres/savepoint.ts'
import { storableJson, storableText } from '#adapters/postgres/storable.ts'
import type { Tables } from '#adapters/postgres/tables.ts'
import type { Contacts, ContactTaken } from '#application/ports/contacts.ts'
import type { MergeableContact } from '#domain/contact/merged-contact.ts'
import type { AccountId, ContactId } from '#domain/shared/ids.ts'
import { err, ok } from '#domain/shared/result.ts'

/** A contact's columns, as merging and changing know it. */
export const detailColumns = sql`id, name, email, phone_number as "phoneNumber", identifier, blocked, avatar_url as "avatarUrl",
  additional_attributes as "additionalAttributes", custom_attributes as "customAttributes", last_activity_at as "lastActivityAt"`

const textOrNull = (text: string | null) => (text === null ? null : storableText(text))

/** Writes all of it. */
export const writeDetails = async (
  trx: Transaction<Tables>,
  accountId: AccountId,
  id: ContactId,
  contact: MergeableContact,
): Promise<void> => {
  await trx
    .updateTable('contacts')
    .set({
      name: storableText(contact.name),
      email: textOrNull(contact.email),
      phone_number: textOrNull(contact.phoneNumber),
      identifier: textOrNull(contact.identifier),
      blocked: contact.blocked,
      avatar_url: contact.avatarUrl,
      additional_attributes: storableJson(contact.additionalAttributes),
      custom_attributes: storableJson(contact.customAttributes),
      last_activity_at: contact.lastActivityAt === null ? null : new Date(contact.lastActivityAt),
    })
    .where('account_id', '=', accountId)
    .where('id', '=', id)
    .execute()
}

type Names = Pick<MergeableContact, 'email' | 'phoneNumber' | 'identifier'>

/** What of this contact another one of the account has. */
export const takenBy = async (
  trx: Transaction<Tables>,
  accountId: AccountId,
  { email, phoneNumber, identifier }: Names,
  others: RawBuilder<unknown> = sql`true`,
): Promise<ContactTaken> => {
  const { rows } = await sql<ContactTaken>`
    select case when lower(email) = lower(${email}) then 'contact.email_taken'
      when phone_number = ${phoneNumber} then 'contact.phone_number_taken' else 'contact.identifier_taken' end as code
    from contacts where account_id = ${accountId} and ${others}
      and (lower(email) = lower(${email}) or phone_number = ${phoneNumber} or identifier = ${identifier}) limit 1`.execute(trx)
  if (!rows[0]) throw new Error('A contact was refused that collides with nobody.')
  return rows[0]
}

export const createContactDetails = (trx: Transaction<Tables>): Pick<Contacts, 'byIdentifier' | 'details' | 'saveDetails'> => ({
  async byIdentifier(accountId, identifier) {
    const { rows } = await sql<{ id: ContactId }>`
      select id from contacts where account_id = ${accountId} and identifier = ${storableText(identifier)}`.execute(trx)
    return rows[0]?.id
  },

  async details(accountId, id) {
    const { rows } = await sql<MergeableContact & { readonly id: ContactId }>`
      select ${detailColumns} from contacts where account_id = ${accountId} and id = ${id} for update`.execute(trx)
    const { id: _, ...contact } = rows[0] ?? {}
    return 'name' in contact ? contact : undefined
  },

  async saveDetails(accountId, id, contact) {
    if (await unlessTaken(trx, () => writeDetails(trx, accountId, id, contact))) return ok(null)
    return err(await takenBy(trx, accountId, contact, sql`id <> ${id}`))
  },
})
