import { type RawBuilder, sql, type Transaction } from 'kysely'
import { recordset, time } from '#adapters/postgres/storable.ts'
import type { Tables } from '#adapters/postgres/tables.ts'
import { write } from '#adapters/postgres/unanswered.ts'
import type { ConversationRef, Messages, Part, ToldPart, WholeMessage } from '#application/ports/messages.ts'
import type { ConversationId } from '#domain/shared/ids.ts'

const columns = sql`
  p.id, p.message_id as "messageId", p.conversation_id as "conversationId", p.inbox_id as "inboxId", p.position, p.kind, p.content,
  p.payload, p.external_id as "externalId", p.state, p.attempts, p.due_at as "dueAt", p.claimed_at as "claimedAt"`

export const messageColumns = sql`
  m.id, m.account_id as "accountId", m.inbox_id as "inboxId", m.conversation_id as "conversationId", m.message_type as type, m.content,
  m.private, m.status, m.author, m.content_attributes as "contentAttributes", m.error, m.created_at as "createdAt"`

/** In the words of the partial index `message_parts_unsettled`. */
const unsettled = sql`p.state in ('queued', 'sending', 'uncertain', 'held')`

const moment = (at: number | null): Date | null => (at === null ? null : new Date(at))

const savedRow = ({ part, error }: ToldPart) => ({
  id: part.id,
  content: part.content,
  payload: part.payload,
  external_id: part.externalId,
  state: part.state,
  attempts: part.attempts,
  due_at: time(part.dueAt),
  claimed_at: time(part.claimedAt),
  error,
})

const inMilliseconds = (column: RawBuilder<unknown>) => sql`(extract(epoch from ${column}) * 1000)::bigint`

/** A part inside JSON, as it is outside. */
const partJson = sql`json_build_object('id', p.id, 'messageId', p.message_id, 'conversationId', p.conversation_id, 'inboxId', p.inbox_id,
  'position', p.position, 'kind', p.kind, 'content', p.content, 'payload', p.payload, 'externalId', p.external_id, 'state', p.state, 'attempts', p.attempts,
  'dueAt', ${inMilliseconds(sql`p.due_at`)}, 'claimedAt', ${inMilliseconds(sql`p.claimed_at`)})`

/** The half of `Messages` that concerns single parts. */
export const createParts = (
  trx: Transaction<Tables>,
): Pick<
  Messages,
  'isCommentAnswered' | 'parts' | 'inDelivery' | 'conversationsInDelivery' | 'conversationsDue' | 'saveParts' | 'release'
> => ({
  async isCommentAnswered(inboxId, commentId) {
    const { rows } = await sql`
      select from message_parts where inbox_id = ${inboxId} and payload #>> '{comment,id}' = ${commentId} limit 1`.execute(trx)
    return rows.length > 0
  },

  async parts(messageId) {
    const { rows } = await sql<Part>`select ${columns} from message_parts p where p.message_id = ${messageId} order by p.position`.execute(
      trx,
    )
    return rows
  },

  async inDelivery(conversationIds, messageIds) {
    if (conversationIds.length === 0 && messageIds.length === 0) return []
    const { rows } = await sql<WholeMessage>`
      select ${messageColumns}, (select json_agg(${partJson} order by p.position) from message_parts p where p.message_id = m.id) as parts
      from messages m where m.id in (
        select p.message_id from message_parts p where p.conversation_id = any(${[...conversationIds]}::bigint[]) and ${unsettled}
        union select unnest(${[...messageIds]}::bigint[])
      ) order by m.id`.execute(trx)
    return rows
  },

  async conversationsInDelivery(contactInboxIds) {
    if (contactInboxIds.length === 0) return []
    const { rows } = await sql<{ id: ConversationId }>`
      select c.id from conversations c where c.contact_inbox_id = any(${[...contactInboxIds]}::bigint[])
        and exists (select from message_parts p where p.conversation_id = c.id and ${unsettled}) order by c.id`.execute(trx)
    return rows.map(({ id }) => id)
  },

  async conversationsDue({ dueBy, claimedBy }, after, limit) {
    const { rows } = await sql<ConversationRef>`
      select distinct p.account_id as "accountId", p.inbox_id as "inboxId", p.conversation_id as "conversationId" from message_parts p
      where ${unsettled} and p.conversation_id > ${after}::bigint
        and (p.state = 'queued' and p.due_at is null or p.state <> 'sending' and p.due_at <= ${moment(dueBy)}
          or p.state = 'sending' and coalesce(p.claimed_at <= ${moment(claimedBy)}, true))
      order by p.conversation_id limit ${limit}`.execute(trx)
    return rows
  },

  async saveParts(parts) {
    if (parts.length === 0) return
    const save = sql`
      update message_parts p set content = s.content, payload = s.payload, external_id = s.external_id, state = s.state, attempts = s.attempts, due_at = s.due_at,
        claimed_at = s.claimed_at, error = s.error
      from json_to_recordset(${recordset(parts.map(savedRow))}) as s(id bigint, content text, payload jsonb, external_id text, state text, attempts integer,
        due_at timestamptz, claimed_at timestamptz, error jsonb)
      where p.id = s.id`
    await write(trx, save)
  },

  async release(of) {
    const theirs = 'inboxId' in of ? sql`p.inbox_id = ${of.inboxId}` : sql`i.channel = ${of.channel}`
    const { rows } = await sql<ConversationRef>`
      with waiting as (
        select p.id from message_parts p join inboxes i on i.id = p.inbox_id
        where ${unsettled} and (p.state = 'held' or p.state = 'queued' and p.due_at is not null) and ${theirs}
        order by p.id for update of p skip locked
      ),
      released as (
        update message_parts set state = 'queued', due_at = null, claimed_at = null, error = null
        where id in (select id from waiting) returning account_id, inbox_id, conversation_id
      )
      select distinct account_id as "accountId", inbox_id as "inboxId", conversation_id as "conversationId" from released order by conversation_id`.execute(
      trx,
    )
    return rows
  },
})
