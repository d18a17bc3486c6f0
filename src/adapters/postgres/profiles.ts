import { sql, type Transaction } from 'kysely'
import { recordset, storableText, time } from '#adapters/postgres/storable.ts'
import type { Tables } from '#adapters/postgres/tables.ts'
import { at as moment } from '#adapters/postgres/values.ts'
import type { ContactInbox, ContactInboxRef, Contacts, FoundProfile, ProfileOwner } from '#application/ports/contacts.ts'

const foundRow = ({ someone, knowledge, profile, names, dueAt }: FoundProfile) => ({
  account_id: someone.accountId,
  id: someone.id,
  knowledge,
  told: names ? storableText(names.told) : null,
  placeholder: names ? storableText(names.placeholder) : null,
  seen: profile !== undefined,
  avatar_url: profile?.pictureUrl ?? null,
  attributes: profile?.attributes ?? {},
  due_at: time(dueAt),
})

/** Objects are merged one level deep: what a person is called in one network says nothing against their name in another. */
const attributes = sql`c.additional_attributes || coalesce((
    select jsonb_object_agg(a.key, case
      when jsonb_typeof(a.value) = 'object' and jsonb_typeof(c.additional_attributes -> a.key) = 'object'
        then (c.additional_attributes -> a.key) || a.value else a.value end)
    from jsonb_each(l.attributes) a
  ), '{}')`

export const createProfiles = (trx: Transaction<Tables>): Pick<Contacts, 'profileOwners' | 'saveProfiles' | 'takeStaleProfiles'> => ({
  async profileOwners(refs) {
    if (refs.length === 0) return []
    const rows = refs.map(({ accountId, id }) => ({ account_id: accountId, id }))
    const found = await sql<ProfileOwner>`
      select ci.id, ci.account_id as "accountId", ci.source_id as "sourceId", c.last_activity_at is not null as "hasWritten"
      from contact_inboxes ci join contacts c on c.id = ci.contact_id
      join (select distinct * from json_to_recordset(${recordset(rows)}) as r(account_id bigint, id bigint)) r
        on r.id = ci.id and r.account_id = ci.account_id`.execute(trx)
    return found.rows
  },

  async saveProfiles(found, at) {
    if (found.length === 0) return []
    const { rows } = await sql<Pick<ContactInbox, 'accountId' | 'id' | 'contactId'>>`
      with found as (
        select * from json_to_recordset(${recordset(found.map(foundRow))}) as f(account_id bigint, id bigint, knowledge text, told text,
          placeholder text, seen boolean, avatar_url text, attributes jsonb, due_at timestamptz)
      ),
      known as (
        select ci.contact_id, ci.profile_name, f.* from contact_inboxes ci join found f on f.id = ci.id and f.account_id = ci.account_id
        order by ci.id for no key update of ci
      ),
      looked as (
        update contact_inboxes ci set profile = k.knowledge, profile_checked_at = ${moment(at)}, profile_due_at = k.due_at,
          profile_name = coalesce(k.told, ci.profile_name)
        from known k where ci.id = k.id returning k.*
      ),
      people as (
        select c.id from contacts c join looked l on c.id = l.contact_id and c.account_id = l.account_id order by c.id for no key update of c
      )
      update contacts c set name = case when c.name in (l.placeholder, l.profile_name) then coalesce(l.told, c.name) else c.name end,
        avatar_url = case when l.seen then l.avatar_url else c.avatar_url end, additional_attributes = ${attributes}
      from looked l join people p on p.id = l.contact_id where c.id = p.id
      returning c.account_id as "accountId", l.id, c.id as "contactId"`.execute(trx)
    return rows
  },

  async takeStaleProfiles({ now, again, activeSince, limit }) {
    const { rows } = await sql<ContactInboxRef & { readonly active: boolean }>`
      with due as (
        select ci.id, c.last_activity_at >= ${moment(activeSince)} and n.state in ('connected', 'refresh_failing') as active
        from contact_inboxes ci join contacts c on c.id = ci.contact_id join connections n on n.inbox_id = ci.inbox_id
        where ci.profile_due_at <= ${moment(now)} order by ci.profile_due_at limit ${limit} for no key update of ci skip locked
      )
      update contact_inboxes ci set profile_due_at = case when due.active then ${moment(again)} end from due where ci.id = due.id
      returning ci.account_id as "accountId", ci.inbox_id as "inboxId", ci.id as "contactInboxId", coalesce(due.active, false) as active`.execute(
      trx,
    )
    return { taken: rows.length, active: rows.filter(({ active }) => active).map(({ active: _, ...ref }) => ref) }
  },
})
