import { sql, type Transaction } from 'kysely'
import { createContactDetails, takenBy } from '#adapters/postgres/contact-details.ts'
import { createContactMerges } from '#adapters/postgres/contact-merges.ts'
import { createProfiles } from '#adapters/postgres/profiles.ts'
import { recordset, storableJson, storableText, time } from '#adapters/postgres/storable.ts'
import type { Tables } from '#adapters/postgres/tables.ts'
import { write } from '#adapters/postgres/unanswered.ts'
import { at as moment } from '#adapters/postgres/values.ts'
import type { ContactInbox, Contacts, NewContact, WantedContact } from '#application/ports/contacts.ts'
import { err, ok } from '#domain/shared/result.ts'

/**
 * The contact is looked up and not joined: whoever waits for a contact inbox that a merge gives to another contact would find that the
 * row and the old contact do not fit together any more, and nobody at all.
 */
const contactInboxes = sql`
  select ci.id, ci.account_id as "accountId", ci.inbox_id as "inboxId", ci.contact_id as "contactId", ci.source_id as "sourceId",
    (select c.name from contacts c where c.id = ci.contact_id) as name,
    (select c.blocked from contacts c where c.id = ci.contact_id) as blocked,
    ci.profile, ci.profile_checked_at as "profileCheckedAt", ci.client_access as "clientAccess"
  from contact_inboxes ci`

const identity = ({ accountId, inboxId, sourceId }: WantedContact) => ({
  account_id: accountId,
  inbox_id: inboxId,
  source_id: storableText(sourceId),
})

/** Asks once more where someone is missing: whom we waited for was erased meanwhile, and is somebody new now. */
export const untilAllThere = async <T extends { readonly people: readonly unknown[] }>(
  count: number,
  ask: () => Promise<T>,
): Promise<T> => {
  const found = await ask()
  return found.people.length === count ? found : ask()
}

/** Of the contact inboxes `ci` those that are asked for. */
export const joinWanted = (wanted: readonly WantedContact[]) => sql`
  join json_to_recordset(${recordset(wanted.map(identity))}) as w(account_id bigint, inbox_id bigint, source_id text)
    on w.inbox_id = ci.inbox_id and w.source_id = ci.source_id and w.account_id = ci.account_id`

/** All that are asked for and there, in the order of their ids. */
export const lockPeople = (wanted: readonly WantedContact[]) =>
  sql<ContactInbox>`${contactInboxes} ${joinWanted(wanted)} order by ci.id for update of ci`

/**
 * The contact inbox first, since another transaction may be making it; a contact only for those that were ours to make. The
 * foreign key is checked when the statement ends, and then the contact is there. In one order and before anything is locked, so
 * that two transactions cannot wait for each other.
 */
export const insertMissing = (wanted: readonly WantedContact[]) => sql`
  with wanted as (
    select w.*, nextval((select pg_get_serial_sequence('contacts', 'id')::regclass)) as contact_id from (
      select w.* from json_to_recordset(${recordset(wanted.map((w) => ({ ...identity(w), name: w.name, at: time(w.at) })))})
        as w(account_id bigint, inbox_id bigint, source_id text, name text, at timestamptz)
      join inboxes i on i.id = w.inbox_id and i.account_id = w.account_id
      where not exists (select from contact_inboxes ci where ci.inbox_id = w.inbox_id and ci.source_id = w.source_id)
      order by w.inbox_id, w.source_id
    ) w
  ),
  made as (
    insert into contact_inboxes (account_id, inbox_id, contact_id, source_id, created_at)
    select account_id, inbox_id, contact_id, source_id, at from wanted
    on conflict (inbox_id, source_id) do nothing returning contact_id
  )
  insert into contacts (id, account_id, name, created_at)
  select contact_id, account_id, name, at from wanted join made using (contact_id)`

const newRow = (contact: NewContact) => ({
  account_id: contact.accountId,
  name: storableText(contact.name),
  email: contact.email && storableText(contact.email),
  phone_number: contact.phoneNumber && storableText(contact.phoneNumber),
  identifier: contact.identifier && storableText(contact.identifier),
  blocked: contact.blocked,
  avatar_url: contact.avatarUrl,
  additional_attributes: storableJson(contact.additionalAttributes),
  custom_attributes: storableJson(contact.customAttributes),
  created_at: new Date(contact.at),
})

type MadeByHand = Pick<Contacts, 'insert' | 'enter' | 'newestInbox'>

const byHand = (trx: Transaction<Tables>): MadeByHand => ({
  async insert(contact) {
    const made = await trx
      .insertInto('contacts')
      .values(newRow(contact))
      .onConflict((conflict) => conflict.doNothing())
      .returning('id')
      .executeTakeFirst()
    if (made) return ok(made.id)
    return err(await takenBy(trx, contact.accountId, contact))
  },

  async enter({ accountId, contactId, inboxId, sourceId: given, clientAccess, at }) {
    const sourceId = storableText(given)
    await sql`
      insert into contact_inboxes (account_id, inbox_id, contact_id, source_id, client_access, created_at)
      select k.account_id, i.id, k.id, ${sourceId}, ${clientAccess}, ${moment(at)} from contacts k join inboxes i on i.account_id = k.account_id
      where k.account_id = ${accountId} and k.id = ${contactId} and i.id = ${inboxId}
      on conflict (inbox_id, source_id) do nothing`.execute(trx)
    const { rows } = await sql<ContactInbox>`${contactInboxes}
      where ci.account_id = ${accountId} and ci.inbox_id = ${inboxId} and ci.source_id = ${sourceId} for update of ci`.execute(trx)
    if (rows[0]?.contactId === contactId) return ok(rows[0])
    return err({ code: rows[0] ? 'contact.source_id_taken' : 'contact.unknown' })
  },

  async newestInbox({ accountId, inboxId, contactId, sourceId, clientAccess }) {
    const conditions = [sql`ci.account_id = ${accountId}`]
    if (inboxId !== undefined) conditions.push(sql`ci.inbox_id = ${inboxId}`)
    if (contactId !== undefined) conditions.push(sql`ci.contact_id = ${contactId}`)
    conditions.push(sourceId === undefined ? sql`ci.client_access is distinct from 'apart'` : sql`ci.source_id = ${storableText(sourceId)}`)
    if (clientAccess !== undefined) conditions.push(sql`ci.client_access = ${clientAccess}`)
    const { rows } = await sql<ContactInbox>`${contactInboxes}
      where ${sql.join(conditions, sql` and `)} order by ci.id desc limit 1 for update of ci`.execute(trx)
    return rows[0]
  },
})

export const createContacts = (trx: Transaction<Tables>): Contacts => ({
  ...byHand(trx),
  ...createProfiles(trx),
  ...createContactMerges(trx),
  ...createContactDetails(trx),

  async ensure(wanted) {
    if (wanted.length === 0) return []
    const { people } = await untilAllThere(wanted.length, async () => {
      await write(trx, insertMissing(wanted))
      return { people: (await lockPeople(wanted).execute(trx)).rows }
    })
    return people
  },

  async contactInbox(accountId, id) {
    const { rows } = await sql<ContactInbox>`${contactInboxes} where ci.account_id = ${accountId} and ci.id = ${id}`.execute(trx)
    return rows[0]
  },

  async noteActivity(latest) {
    if (latest.size === 0) return
    const rows = [...latest].map(([id, at]) => ({ id, at: time(at) }))
    const note = sql`
      with noted as (select * from json_to_recordset(${recordset(rows)}) as n(id bigint, at timestamptz)),
      behind as (
        select c.id, n.at from contacts c join noted n using (id) where c.last_activity_at is null or c.last_activity_at < n.at
        order by c.id for no key update of c
      )
      update contacts c set last_activity_at = greatest(c.last_activity_at, b.at) from behind b where c.id = b.id`
    await write(trx, note)
  },
})
