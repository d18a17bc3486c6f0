import { type Kysely, type RawBuilder, sql } from 'kysely'
import { avatarOf } from '#adapters/postgres/queries/media.ts'
import type { Tables } from '#adapters/postgres/tables.ts'
import type { AttachmentView } from '#application/ports/media.ts'
import type { MessageRange, MessageView, Queries } from '#application/ports/queries.ts'

const newest = 20
const afterMost = 100
const betweenMost = 1000
const historyMost = 200

type Row = Omit<MessageView, 'attachments'> & {
  readonly attachments: readonly Omit<AttachmentView, 'messageId' | 'accountId'>[]
}

const toView = (row: Row): MessageView => ({
  ...row,
  attachments: row.attachments.map((attachment) => ({ ...attachment, messageId: row.id, accountId: row.accountId })),
})

const parts = sql`
  (select coalesce(json_agg(json_build_object('position', p.position, 'kind', p.kind, 'externalId', p.external_id, 'state', p.state)
    order by p.position), '[]') from message_parts p where p.message_id = m.id)`

const attachments = sql`
  (select coalesce(json_agg(json_build_object('id', a.id, 'fileType', a.file_type, 'externalUrl', a.external_url, 'title', a.title,
    'mediaState', a.media_state, 'contentType', a.content_type, 'size', a.byte_size, 'meta', a.meta) order by a.position), '[]') from attachments a where a.message_id = m.id)`

/** By the provider's id, so that it does not matter which of the two came first. */
const inReplyTo = sql`
  (select p.message_id from message_parts p where p.inbox_id = m.inbox_id and p.conversation_id = m.conversation_id
    and p.external_id = m.content_attributes ->> 'in_reply_to_external_id')`

const sender = sql`
  case
    when u.id is not null then json_build_object('kind', 'user', 'id', u.id, 'name', u.name, 'email', u.email, 'avatarId', null)
    when k.id is not null then json_build_object('kind', 'contact', 'id', k.id, 'name', k.name, 'email', k.email, 'avatarId', ${avatarOf('k.id')})
  end`

/** Those that `which` leaves of the messages `m`, with all that hangs on them. */
const views = (which: RawBuilder<unknown>) => sql<Row>`
  select m.id, m.account_id as "accountId", m.inbox_id as "inboxId", c.display_id as "conversationDisplayId", m.message_type as type,
    m.content_type as "contentType", m.content, m.private, m.status, m.author, ${sender} as sender,
    m.content_attributes as "contentAttributes", ${inReplyTo} as "inReplyTo", m.error, m.created_at as "createdAt", ${parts} as parts, ${attachments} as attachments
  from (${which}) m
  join conversations c on c.id = m.conversation_id and c.account_id = m.account_id
  left join users u on m.author = 'user' and u.id = m.author_id
  left join contacts k on m.author = 'contact' and k.id = coalesce(m.author_id, c.contact_id) and k.account_id = m.account_id
  order by m.created_at, m.id`

/** What customers may see of the messages `m`. */
export const isForCustomer = sql`not m.private and m.message_type <> 'activity'`

/** The newest messages that the customer may see of each of these conversations of an account, oldest first. */
export const newestForCustomer = async (db: Kysely<Tables>, accountId: number, conversationIds: readonly number[]) => {
  if (conversationIds.length === 0) return new Map<number, MessageView[]>()
  const { rows } = await views(sql`
    select m.* from unnest(${conversationIds}::bigint[]) c(id) cross join lateral (
      select m.* from messages m where m.conversation_id = c.id and m.account_id = ${accountId} and ${isForCustomer}
      order by m.created_at desc, m.id desc limit ${newest}
    ) m`).execute(db)
  return Map.groupBy(rows.map(toView), ({ conversationDisplayId }) => conversationDisplayId)
}

/** The last message of each of these conversations of an account, of all or of some. */
export const lastMessages = async (db: Kysely<Tables>, accountId: number, conversationIds: readonly number[], among = sql`true`) => {
  if (conversationIds.length === 0) return new Map<number, MessageView>()
  const { rows } = await views(sql`
    select m.* from unnest(${conversationIds}::bigint[]) c(id) cross join lateral (
      select m.* from messages m where m.conversation_id = c.id and m.account_id = ${accountId} and ${among}
      order by m.created_at desc, m.id desc limit 1
    ) m`).execute(db)
  return new Map(rows.map((row) => [row.conversationDisplayId, toView(row)]))
}

/** These messages of an account. */
export const messagesById = async (db: Kysely<Tables>, accountId: number, ids: readonly number[]): Promise<readonly MessageView[]> => {
  if (ids.length === 0) return []
  const which = sql`select m.* from messages m where m.account_id = ${accountId} and m.id = any(${[...ids]}::bigint[])`
  return (await views(which).execute(db)).rows.map(toView)
}

/** Of a message of another conversation there is no position, and nothing is before or after it. */
const rangeOf = (
  accountId: number,
  conversation: RawBuilder<unknown>,
  { before, after }: MessageRange,
  isSeen: RawBuilder<unknown> = sql`true`,
): RawBuilder<unknown> => {
  const all = sql`select m.* from messages m where m.account_id = ${accountId} and m.conversation_id = ${conversation} and ${isSeen}`
  const here = sql`a.account_id = ${accountId} and a.conversation_id = ${conversation}`
  const older = sql`(m.created_at, m.id) < (select a.created_at, a.id from messages a where a.id = ${before} and ${here})`
  const later = sql`m.id > (select a.id from messages a where a.id = ${after} and ${here})`
  if (before === undefined && after === undefined) return sql`${all} order by m.created_at desc, m.id desc limit ${newest}`
  if (after === undefined) return sql`${all} and ${older} order by m.created_at desc, m.id desc limit ${newest}`
  if (before === undefined) return sql`${all} and ${later} order by m.id limit ${afterMost}`
  return sql`${all} and ${later} and ${older} order by m.id limit ${betweenMost}`
}

/** Some of the messages of the conversation with this number. */
export const messagesIn = async (
  db: Kysely<Tables>,
  accountId: number,
  displayId: number,
  range: MessageRange,
): Promise<readonly MessageView[]> => {
  const conversation = sql`(select id from conversations where account_id = ${accountId} and display_id = ${displayId})`
  return (await views(rangeOf(accountId, conversation, range)).execute(db)).rows.map(toView)
}

/** Some of those that the customer may see of the conversation with the id that `conversation` selects. */
export const messagesForCustomer = async (
  db: Kysely<Tables>,
  accountId: number,
  conversation: RawBuilder<unknown>,
  range: MessageRange,
): Promise<readonly MessageView[]> => (await views(rangeOf(accountId, conversation, range, isForCustomer)).execute(db)).rows.map(toView)

export const messageQueries = (db: Kysely<Tables>): Pick<Queries, 'message' | 'conversationHistory'> => ({
  async conversationHistory(accountId, conversationId, after) {
    const which = sql`select m.* from messages m where m.account_id = ${accountId} and m.conversation_id = ${conversationId} and m.id > ${after}
      order by m.id limit ${historyMost}`
    return (await views(which).execute(db)).rows.map(toView).toSorted((a, b) => a.id - b.id)
  },

  async message(accountId, id) {
    const { rows } = await views(sql`select m.* from messages m where m.account_id = ${accountId} and m.id = ${id}`).execute(db)
    return rows[0] && toView(rows[0])
  },
})
