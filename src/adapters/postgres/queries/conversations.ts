import { type Kysely, type RawBuilder, sql } from 'kysely'
import { avatarOf } from '#adapters/postgres/queries/media.ts'
import { isForCustomer, lastMessages, messagesIn } from '#adapters/postgres/queries/messages.ts'
import { offsetOf } from '#adapters/postgres/queries/paging.ts'
import type { Tables } from '#adapters/postgres/tables.ts'
import type { ContactView, ConversationCounts, ConversationFilter, ConversationView, Queries } from '#application/ports/queries.ts'

const perPage = 25
const unreadMost = 10
const ofContactMost = 20

type Contact = Omit<ContactView, 'contactInboxes'>

interface Row extends Omit<ConversationView, 'assignee' | 'contact' | 'contactInbox' | 'lastMessage'> {
  readonly assigneeId: number | null
  readonly assigneeName: string
  readonly assigneeEmail: string
  readonly contactInboxId: number
  readonly sourceId: string
  readonly isProven: boolean
  readonly contact: Contact
}

/** An instant inside JSON, where the driver does not read it for us. */
const epoch = (column: string) => sql`(extract(epoch from ${sql.ref(column)}) * 1000)::bigint`

const contact = sql`json_build_object('id', k.id, 'name', k.name, 'email', k.email, 'phoneNumber', k.phone_number, 'identifier', k.identifier,
  'blocked', k.blocked, 'avatarUrl', k.avatar_url, 'avatarId', ${avatarOf('k.id')},
  'additionalAttributes', k.additional_attributes, 'customAttributes', k.custom_attributes,
  'lastActivityAt', ${epoch('k.last_activity_at')}, 'createdAt', ${epoch('k.created_at')})`

const unread = sql`(select count(*) from (
    select from messages m where m.conversation_id = c.id and m.message_type = 'incoming'
      and m.created_at > coalesce(c.agent_last_seen_at, '-infinity') limit ${unreadMost}
  ) unread)`

/** Those that `which` leaves of the conversations `c`, newest activity first. */
const views = (which: RawBuilder<unknown>) => sql<Row>`
  select c.id, c.display_id as "displayId", c.uuid, c.account_id as "accountId", c.inbox_id as "inboxId", i.channel, i.reply_hours as "replyHours", c.status, c.priority,
    u.id as "assigneeId", u.name as "assigneeName", u.email as "assigneeEmail", ${contact} as contact, ci.id as "contactInboxId",
    ci.source_id as "sourceId", ci.client_access is not distinct from 'proven' as "isProven", c.last_incoming_at as "lastIncomingAt", c.last_activity_at as "lastActivityAt",
    c.waiting_since as "waitingSince", c.first_reply_created_at as "firstReplyAt", c.snoozed_until as "snoozedUntil",
    c.agent_last_seen_at as "agentLastSeenAt", c.assignee_last_seen_at as "assigneeLastSeenAt",
    c.contact_last_seen_at as "contactLastSeenAt", c.additional_attributes as "additionalAttributes",
    c.custom_attributes as "customAttributes", c.created_at as "createdAt", ${unread} as "unreadCount"
  from (${which}) c
  join inboxes i on i.id = c.inbox_id
  join contacts k on k.id = c.contact_id
  join contact_inboxes ci on ci.id = c.contact_inbox_id
  left join users u on u.id = c.assignee_id
  order by c.last_activity_at desc, c.id desc`

const toView = ({
  assigneeId,
  assigneeName,
  assigneeEmail,
  contactInboxId,
  sourceId,
  isProven,
  ...row
}: Row): Omit<ConversationView, 'lastMessage'> => ({
  ...row,
  assignee: assigneeId === null ? null : { id: assigneeId, name: assigneeName, email: assigneeEmail },
  contactInbox: { id: contactInboxId, sourceId, isProven },
})

const read = async (
  db: Kysely<Tables>,
  accountId: number,
  which: RawBuilder<unknown>,
  lastAmong = sql`true`,
): Promise<ConversationView[]> => {
  const { rows } = await views(which).execute(db)
  const ids = rows.map(({ id }) => id)
  const last = await lastMessages(db, accountId, ids, lastAmong)
  return rows.map((row) => ({ ...toView(row), lastMessage: last.get(row.displayId) ?? null }))
}

const numbered = (accountId: number, displayId: number): RawBuilder<unknown> =>
  sql`select * from conversations where account_id = ${accountId} and display_id = ${displayId}`

/** These conversations of an account, as people outside are told of them: the last message is the last one that customers see too. */
export const toldConversations = (db: Kysely<Tables>, accountId: number, ids: readonly number[]): Promise<ConversationView[]> =>
  read(db, accountId, sql`select * from conversations where account_id = ${accountId} and id = any(${[...ids]}::bigint[])`, isForCustomer)

const all = (conditions: readonly RawBuilder<unknown>[]): RawBuilder<unknown> => sql.join([...conditions], sql` and `)

const filtered = (accountId: number, { status, inboxId, sourceId }: ConversationFilter): RawBuilder<unknown> => {
  const conditions = [sql`c.account_id = ${accountId}`]
  if (status !== 'all') conditions.push(sql`c.status = ${status}`)
  if (inboxId !== undefined) conditions.push(sql`c.inbox_id = ${inboxId}`)
  if (sourceId !== undefined)
    conditions.push(sql`c.contact_inbox_id in (select id from contact_inboxes where account_id = ${accountId} and source_id = ${sourceId})`)
  return all(conditions)
}

const assigned = (assignee: ConversationFilter['assignee']): RawBuilder<unknown> => {
  if (assignee === undefined || assignee.type === 'all') return sql`true`
  if (assignee.type === 'me') return sql`c.assignee_id = ${assignee.userId}`
  return assignee.type === 'assigned' ? sql`c.assignee_id is not null` : sql`c.assignee_id is null`
}

const count = (which: RawBuilder<unknown>, me: number | null) => sql<ConversationCounts>`
  select count(*) filter (where assignee_id = ${me}::bigint) as mine, count(assignee_id) as assigned,
    count(*) filter (where assignee_id is null) as unassigned, count(*) as all
  from conversations c where ${which}`

type ConversationQueries = Pick<Queries, 'conversations' | 'conversation' | 'thread' | 'contactConversations' | 'contactHistory'>

export const conversationQueries = (db: Kysely<Tables>): ConversationQueries => ({
  async conversations(accountId, filter, me) {
    const which = filtered(accountId, filter)
    const wanted = sql`select c.* from conversations c where ${which} and ${assigned(filter.assignee)}
      order by c.last_activity_at desc, c.id desc limit ${perPage} offset ${offsetOf(filter.page, perPage)}`
    const [counts, page] = await Promise.all([count(which, me).execute(db), read(db, accountId, wanted)])
    return { counts: counts.rows[0] ?? { mine: 0, assigned: 0, unassigned: 0, all: 0 }, page }
  },

  async conversation(accountId, displayId) {
    return (await read(db, accountId, numbered(accountId, displayId)))[0]
  },

  async thread(accountId, displayId, range) {
    const [found, messages] = await Promise.all([
      views(numbered(accountId, displayId)).execute(db),
      messagesIn(db, accountId, displayId, range),
    ])
    return found.rows[0] && { conversation: toView(found.rows[0]), messages }
  },

  async contactHistory(accountId, contactId, after) {
    const which = sql`select * from conversations where account_id = ${accountId} and contact_id = ${contactId} and id > ${after}
      order by id limit ${ofContactMost}`
    return (await read(db, accountId, which)).toSorted((a, b) => a.id - b.id)
  },

  async contactConversations(accountId, contactId) {
    const which = sql`select * from conversations where account_id = ${accountId} and contact_id = ${contactId}
      order by last_activity_at desc, id desc limit ${ofContactMost}`
    return read(db, accountId, which)
  },
})
