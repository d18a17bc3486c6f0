import { type RawBuilder, sql, type Transaction } from 'kysely'
import { type LaneOfPerson, lanesOf, lockLanes } from '#adapters/postgres/lanes-of-people.ts'
import { recordset, time } from '#adapters/postgres/storable.ts'
import type { Tables } from '#adapters/postgres/tables.ts'
import { at as moment } from '#adapters/postgres/values.ts'
import type { DisownedMessage, Erasure, Erasures, KnownAs } from '#application/ports/erasures.ts'
import type { MediaRef } from '#application/ports/media.ts'
import type { AccountId, ContactId } from '#domain/shared/ids.ts'
import type { Instant } from '#domain/shared/instant.ts'

/** Whom providers know a contact as, in inboxes that have a provider's account behind them. */
const readKnownAs = async (trx: Transaction<Tables>, accountId: AccountId, contactId: ContactId): Promise<KnownAs[]> => {
  const { rows } = await sql<KnownAs>`
    select cn.channel, array_remove(array[cn.channel_key, cn.alternate_key], null) as "accountKeys", ci.source_id as "contactKey"
    from contact_inboxes ci join connections cn on cn.inbox_id = ci.inbox_id
    where ci.account_id = ${accountId} and ci.contact_id = ${contactId} order by ci.id`.execute(trx)
  return rows
}

const settleWaiting = (trx: Transaction<Tables>, lanes: readonly LaneOfPerson[]) =>
  sql`
    update intake_events e set state = 'done', reason = null, awaits = null, due_at = null
    from json_to_recordset(${recordset(lanes)}) as w(lane smallint, channel text, account_key text, contact_key text)
    where e.state = 'pending' and e.lane = w.lane and e.channel = w.channel and e.account_key = w.account_key and e.contact_key = w.contact_key`.execute(
    trx,
  )

/**
 * Nobody writes down what was found at a provider until the transaction ends. Their inboxes first, as everybody does who changes both:
 * the marks will refer to them.
 */
const holdReadings = async (trx: Transaction<Tables>, inboxIds: readonly number[]): Promise<void> => {
  await sql`select id from inboxes where id = any(${[...inboxIds]}::bigint[]) order by id for key share`.execute(trx)
  await sql`select inbox_id from gap_fills where inbox_id = any(${[...inboxIds]}::bigint[]) order by inbox_id for update`.execute(trx)
}

/** What a contact's row has of a person. */
const blank = sql`name = '', email = null, phone_number = null, identifier = null, avatar_url = null, additional_attributes = '{}', custom_attributes = '{}'`

const disownEntries = (which: RawBuilder<unknown>) => sql`
  update contact_inboxes set account_id = null, source_id = 'erased:' || id, profile_name = null, profile_due_at = null where ${which}`

const begins = (trx: Transaction<Tables>): Pick<Erasures, 'begin' | 'mark' | 'inboxesWithErased' | 'erasedAt' | 'disownPeople'> => ({
  async begin(accountId, contactId, at) {
    await sql`select set_config('synchronous_commit', 'on', true)`.execute(trx)
    await lockLanes(trx, lanesOf(await readKnownAs(trx, accountId, contactId)))
    const ours = sql`account_id = ${accountId} and contact_id = ${contactId}`
    const people = await sql<{ inboxId: number; sourceId: string }>`
      select inbox_id as "inboxId", source_id as "sourceId" from contact_inboxes where ${ours} order by id for update`.execute(trx)
    const found = await sql`select id from contacts where account_id = ${accountId} and id = ${contactId} for update`.execute(trx)
    if (found.rows.length === 0) return undefined
    await holdReadings(
      trx,
      people.rows.map(({ inboxId }) => inboxId),
    )
    const knownAs = await readKnownAs(trx, accountId, contactId)
    await settleWaiting(trx, lanesOf(knownAs))
    await sql`update conversations set account_id = null where ${ours}`.execute(trx)
    await disownEntries(ours).execute(trx)
    await sql`update contacts set account_id = null, ${blank} where account_id = ${accountId} and id = ${contactId}`.execute(trx)
    const { rows } = await sql<{ id: number }>`
      insert into contact_erasures (account_id, contact_id, known_as, log_until, requested_at)
      values (${accountId}, ${contactId}, ${recordset(knownAs)}::jsonb, coalesce((select max(id) from intake_events), 0), ${moment(at)})
      returning id`.execute(trx)
    return rows[0] && { id: rows[0].id, people: people.rows }
  },

  async mark(people) {
    if (people.length === 0) return
    const rows = people.map(({ accountId, inboxId, mark, at }) => ({ account_id: accountId, inbox_id: inboxId, mark, at: time(at) }))
    await sql`
      insert into erased_people (inbox_id, mark, account_id, erased_at)
      select p.inbox_id, p.mark, p.account_id, max(p.at)
      from json_to_recordset(${recordset(rows)}) as p(account_id bigint, inbox_id bigint, mark text, at timestamptz)
      group by p.inbox_id, p.mark, p.account_id order by p.inbox_id, p.mark
      on conflict (inbox_id, mark) do update set erased_at = greatest(erased_people.erased_at, excluded.erased_at)`.execute(trx)
  },

  async inboxesWithErased(inboxIds) {
    const { rows } = await sql<{ id: number }>`
      select i.id from unnest(${[...inboxIds]}::bigint[]) i(id) where exists (select from erased_people p where p.inbox_id = i.id)
      order by i.id`.execute(trx)
    return rows.map(({ id }) => id)
  },

  async erasedAt(inboxIds, marks) {
    const { rows } = await sql<{ mark: string; at: Instant }>`
      select mark, erased_at as at from erased_people
      where inbox_id = any(${[...inboxIds]}::bigint[]) and mark = any(${[...marks]}::text[])`.execute(trx)
    return new Map(rows.map(({ mark, at }) => [mark, at]))
  },

  async disownPeople(accountId, inboxId, limit) {
    const { rows } = await sql<{ count: number }>`
      with theirs as (
        select id, contact_id from contact_inboxes where account_id = ${accountId} and inbox_id = ${inboxId} order by id limit ${limit}
        for update
      ),
      talks as (update conversations set account_id = null where contact_inbox_id in (select id from theirs)),
      entries as (${disownEntries(sql`id in (select id from theirs)`)}),
      people as (
        update contacts k set account_id = null, ${blank}
        where k.account_id = ${accountId} and k.id in (select contact_id from theirs) and not exists (
          select from contact_inboxes o where o.contact_id = k.id and o.account_id is not null and o.id not in (select id from theirs)
        )
      )
      select count(*) as count from theirs`.execute(trx)
    return rows[0]?.count ?? 0
  },
})

const deletions = (
  trx: Transaction<Tables>,
): Pick<Erasures, 'disownedMessages' | 'deleteMessages' | 'disownedPictures' | 'deletePictures' | 'deleteDisowned'> => ({
  async disownedMessages(limit) {
    const { rows } = await sql<DisownedMessage>`
      select m.id, (select coalesce(json_agg(json_build_object('accountId', a.account_id, 'kind', 'attachments', 'id', a.id) order by a.id), '[]')
          from attachments a where a.message_id = m.id) as files
      from conversations c join messages m on m.conversation_id = c.id
      where c.account_id is null order by c.id, m.id limit ${limit}`.execute(trx)
    return rows
  },

  async deleteMessages(ids) {
    await sql`
      with answers as (
        delete from request_keys k using messages m
        where m.id = any(${[...ids]}::bigint[]) and k.account_id = m.account_id and k.message_id = m.id
      )
      delete from messages where id = any(${[...ids]}::bigint[])`.execute(trx)
  },

  async disownedPictures(limit) {
    const { rows } = await sql<MediaRef>`
      select a.id, a.account_id as "accountId", 'avatars' as kind from contacts k join avatars a on a.contact_id = k.id
      where k.account_id is null order by a.id limit ${limit}`.execute(trx)
    return rows
  },

  async deletePictures(ids) {
    await sql`delete from avatars where id = any(${[...ids]}::bigint[])`.execute(trx)
  },

  async deleteDisowned(limit) {
    const told = await sql`
      delete from business_events where id in (
        select e.id from conversations c join business_events e on e.conversation_id = c.id where c.account_id is null order by e.id limit ${limit}
      )`.execute(trx)
    let count = Number(told.numAffectedRows ?? 0)
    if (count > 0) return count
    for (const table of ['conversations', 'contact_inboxes', 'contacts']) {
      const { numAffectedRows } = await sql`
        delete from ${sql.table(table)} where id in (
          select id from ${sql.table(table)} where account_id is null order by id limit ${limit}
        )`.execute(trx)
      count += Number(numAffectedRows ?? 0)
    }
    return count
  },
})

export const createErasures = (trx: Transaction<Tables>): Erasures => ({
  ...begins(trx),
  ...deletions(trx),

  async waiting(id) {
    const { rows } = await sql<Erasure>`
      select id, account_id as "accountId", contact_id as "contactId", known_as as "knownAs", log_until as "logUntil", log_read as "logRead"
      from contact_erasures where id = ${id} and completed_at is null`.execute(trx)
    return rows[0]
  },

  async noteRead(id, logRead) {
    await sql`update contact_erasures set log_read = ${logRead} where id = ${id}`.execute(trx)
  },

  async forgetWho(id) {
    await sql`update contact_erasures set known_as = '[]' where id = ${id}`.execute(trx)
  },

  async complete(id, at) {
    await sql`update contact_erasures set completed_at = ${moment(at)} where id = ${id} and completed_at is null`.execute(trx)
  },
})
