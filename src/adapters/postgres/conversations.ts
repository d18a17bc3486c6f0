import { type RawBuilder, sql, type Transaction } from 'kysely'
import { recordset, time } from '#adapters/postgres/storable.ts'
import type { Tables } from '#adapters/postgres/tables.ts'
import { write } from '#adapters/postgres/unanswered.ts'
import { at as moment } from '#adapters/postgres/values.ts'
import type { Conversation, Conversations, NewConversation } from '#application/ports/conversations.ts'

const columns = sql`
  c.id, c.account_id as "accountId", c.inbox_id as "inboxId", c.contact_id as "contactId", c.contact_inbox_id as "contactInboxId",
  c.display_id as "displayId", c.status, c.created_at as "startedAt", c.last_activity_at as "lastActivityAt", c.last_incoming_at as "lastIncomingAt",
  c.last_reply_at as "lastReplyAt", c.first_reply_created_at as "firstReplyAt", c.waiting_since as "waitingSince",
  c.contact_last_seen_at as "readUntil", (select i.channel from inboxes i where i.id = c.inbox_id) as channel,
  (select i.reply_hours from inboxes i where i.id = c.inbox_id) as "replyHours",
  (select o.source_id from contact_inboxes o where o.id = c.contact_inbox_id) as "sourceId"`

/** In the order of their ids, so that two transactions cannot lock each other out. */
const locked = (which: RawBuilder<unknown>) =>
  sql<Conversation>`select ${columns} from conversations c where ${which} order by c.id for update of c`

/** Only those that nobody else has locked. */
const free = (which: RawBuilder<unknown>) =>
  sql<Conversation>`select ${columns} from conversations c where ${which} order by c.id for update of c skip locked`

/** `people`: the ids of contact inboxes, as `ci(id)`. */
export const lockCandidates = (people: RawBuilder<unknown>) =>
  locked(sql`c.id in (
  select n.id from ${people} cross join lateral (
    (select id from conversations where contact_inbox_id = ci.id order by id desc limit 1)
    union
    (select id from conversations where contact_inbox_id = ci.id and status <> 'resolved' order by id desc limit 1)
  ) n)`)

export const newestFirst = (rows: readonly Conversation[]): Conversation[] => rows.toReversed()

const activity = (conversation: Conversation | NewConversation) => ({
  status: conversation.status,
  created_at: time(conversation.startedAt),
  last_activity_at: time(conversation.lastActivityAt),
  last_incoming_at: time(conversation.lastIncomingAt),
  last_reply_at: time(conversation.lastReplyAt),
  first_reply_created_at: time(conversation.firstReplyAt),
  waiting_since: time(conversation.waitingSince),
  contact_last_seen_at: time(conversation.readUntil),
})

const activityTypes = sql`status text, created_at timestamptz, last_activity_at timestamptz, last_incoming_at timestamptz, last_reply_at timestamptz,
  first_reply_created_at timestamptz, waiting_since timestamptz, contact_last_seen_at timestamptz`

const newRow = (conversation: NewConversation, n: number) => ({
  n,
  account_id: conversation.accountId,
  inbox_id: conversation.inboxId,
  contact_id: conversation.contactId,
  contact_inbox_id: conversation.contactInboxId,
  uuid: conversation.uuid,
  agent_last_seen_at: time(conversation.seenUntil ?? null),
  additional_attributes: conversation.additionalAttributes ?? {},
  custom_attributes: conversation.customAttributes ?? {},
  ...activity(conversation),
})

/** Display ids come from the account's row, which stays locked until the transaction ends: without gaps, and one writer at a time. */
const insertAll = (conversations: readonly NewConversation[]) => sql<Conversation>`
  with wanted as (
    select * from json_to_recordset(${recordset(conversations.map(newRow))}) as w(n int, account_id bigint, inbox_id bigint, contact_id bigint,
      contact_inbox_id bigint, uuid uuid, agent_last_seen_at timestamptz, additional_attributes jsonb, custom_attributes jsonb, ${activityTypes})
  ),
  counted as (
    select a.id, w.count from accounts a join (select account_id, count(*) from wanted group by account_id) w on w.account_id = a.id
    order by a.id for no key update of a
  ),
  numbered as (
    update accounts a set next_display_id = a.next_display_id + counted.count from counted where a.id = counted.id
    returning a.id, a.next_display_id - counted.count as first
  )
  insert into conversations as c (account_id, inbox_id, contact_id, contact_inbox_id, display_id, uuid, created_at, status, last_activity_at,
    last_incoming_at, last_reply_at, first_reply_created_at, waiting_since, contact_last_seen_at, agent_last_seen_at, additional_attributes, custom_attributes)
  select account_id, inbox_id, contact_id, contact_inbox_id, a.first + row_number() over (partition by account_id order by n) - 1, uuid,
    created_at, status, last_activity_at, last_incoming_at, last_reply_at, first_reply_created_at, waiting_since, contact_last_seen_at,
    agent_last_seen_at, additional_attributes, custom_attributes
  from wanted join numbered a on a.id = wanted.account_id
  order by n
  returning ${columns}`

const byAscendingId = (a: Conversation, b: Conversation): number => a.id - b.id

export const createConversations = (trx: Transaction<Tables>): Conversations => ({
  async candidates(contactInboxIds) {
    if (contactInboxIds.length === 0) return []
    return newestFirst((await lockCandidates(sql`unnest(${contactInboxIds}::bigint[]) ci(id)`).execute(trx)).rows)
  },

  async byId(accountId, id) {
    return (await locked(sql`c.account_id = ${accountId} and c.id = ${id}`).execute(trx)).rows[0]
  },

  async byIds(ids) {
    if (ids.length === 0) return []
    return (await locked(sql`c.id = any(${ids}::bigint[])`).execute(trx)).rows
  },

  async free(ids) {
    if (ids.length === 0) return []
    return (await free(sql`c.id = any(${ids}::bigint[])`).execute(trx)).rows
  },

  async byDisplayId(accountId, displayId) {
    return (await locked(sql`c.account_id = ${accountId} and c.display_id = ${displayId}`).execute(trx)).rows[0]
  },

  async freeByDisplayId(refs) {
    if (refs.length === 0) return []
    const wanted = recordset(refs.map(({ accountId, displayId }) => ({ account_id: accountId, display_id: displayId })))
    const isWanted = sql`(c.account_id, c.display_id) in (select * from json_to_recordset(${wanted}) as w(account_id bigint, display_id bigint))`
    return (await free(isWanted).execute(trx)).rows
  },

  async insert(conversations) {
    if (conversations.length === 0) return []
    const { rows } = await insertAll(conversations).execute(trx)
    return rows.toSorted(byAscendingId)
  },

  async saveActivity(conversations) {
    if (conversations.length === 0) return
    const rows = conversations.map((conversation) => ({
      id: conversation.id,
      account_id: conversation.accountId,
      ...activity(conversation),
    }))
    const move = sql`
      update conversations c set status = s.status, created_at = s.created_at, last_activity_at = s.last_activity_at, last_incoming_at = s.last_incoming_at,
        last_reply_at = s.last_reply_at, first_reply_created_at = s.first_reply_created_at, waiting_since = s.waiting_since,
        contact_last_seen_at = s.contact_last_seen_at
      from json_to_recordset(${recordset(rows)}) as s(id bigint, account_id bigint, ${activityTypes})
      where c.id = s.id and c.account_id = s.account_id`
    await write(trx, move)
  },

  async noteSeen(accountId, id, by, at) {
    const seen = moment(at)
    await sql`
      update conversations set agent_last_seen_at = greatest(agent_last_seen_at, ${seen}),
        assignee_last_seen_at = case when assignee_id = ${by} then greatest(assignee_last_seen_at, ${seen}) else assignee_last_seen_at end
      where account_id = ${accountId} and id = ${id}`.execute(trx)
  },

  async firstIncomingAfter(conversationId, at) {
    const { rows } = await sql<{ createdAt: number }>`
      select created_at as "createdAt" from messages
      where conversation_id = ${conversationId} and message_type = 'incoming' and created_at > ${moment(at)}
      order by created_at limit 1`.execute(trx)
    return rows[0]?.createdAt ?? null
  },
})
