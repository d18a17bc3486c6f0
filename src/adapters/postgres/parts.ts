import { sql, type Transaction } from 'kysely'
import { storableJson, storableText } from '#adapters/postgres/storable.ts'
import type { Tables } from '#adapters/postgres/tables.ts'
import type { ConversationRef, Messages, Part } from '#application/ports/messages.ts'
import type { ContactInboxId } from '#domain/shared/ids.ts'

const columns = sql`
  p.id, p.message_id as "messageId", p.conversation_id as "conversationId", p.inbox_id as "inboxId", p.position, p.kind, p.content,
  p.external_id as "externalId", p.state, p.attempts, p.due_at as "dueAt", p.claimed_at as "claimedAt"`

/** In the words of the partial index `message_parts_unsettled`. */
const unsettled = sql`p.state in ('queued', 'sending', 'uncertain', 'held')`

const moment = (at: number | null): Date | null => (at === null ? null : new Date(at))

/** The half of `Messages` that concerns single parts. */
export const createParts = (
  trx: Transaction<Tables>,
): Pick<Messages, 'parts' | 'unsettled' | 'unsettledOf' | 'conversationsDue' | 'savePart' | 'release'> => ({
  async parts(messageId) {
    const { rows } = await sql<Part>`select ${columns} from message_parts p where p.message_id = ${messageId} order by p.position`.execute(
      trx,
    )
    return rows
  },

  async unsettled(conversationIds) {
    if (conversationIds.length === 0) return []
    const { rows } = await sql<Part>`
      select ${columns} from message_parts p where p.conversation_id = any(${[...conversationIds]}::bigint[]) and ${unsettled}
      order by p.message_id, p.position`.execute(trx)
    return rows
  },

  async unsettledOf(contactInboxIds) {
    if (contactInboxIds.length === 0) return []
    const { rows } = await sql<Part & { readonly contactInboxId: ContactInboxId }>`
      select ${columns}, c.contact_inbox_id as "contactInboxId"
      from conversations c join message_parts p on p.conversation_id = c.id
      where c.contact_inbox_id = any(${[...contactInboxIds]}::bigint[]) and ${unsettled}
      order by p.message_id, p.position`.execute(trx)
    return rows
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

  async savePart(part, error) {
    await trx
      .updateTable('message_parts')
      .set({
        content: part.content === null ? null : storableText(part.content),
        external_id: part.externalId === null ? null : storableText(part.externalId),
        state: part.state,
        attempts: part.attempts,
        due_at: moment(part.dueAt),
        claimed_at: moment(part.claimedAt),
        error: error === null ? null : storableJson(error),
      })
      .where('id', '=', part.id)
      .execute()
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
