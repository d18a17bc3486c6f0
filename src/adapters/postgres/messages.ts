import { type RawBuilder, sql, type Transaction } from 'kysely'
import { createParts, messageColumns } from '#adapters/postgres/parts.ts'
import { recordset, storableText, time } from '#adapters/postgres/storable.ts'
import type { Tables } from '#adapters/postgres/tables.ts'
import { write } from '#adapters/postgres/unanswered.ts'
import { at as moment } from '#adapters/postgres/values.ts'
import type { ExternalRef, KnownMessage, Message, Messages, NewAttachment, NewMessage } from '#application/ports/messages.ts'
import type { SaidSoFar } from '#domain/conversation/templates.ts'
import { newMedia, storedAlready } from '#domain/media/media.ts'
import type { ConversationId } from '#domain/shared/ids.ts'
import type { Instant } from '#domain/shared/instant.ts'

const newAttachment = ({ kept, ...attachment }: NewAttachment, position: number, postedAt: Instant) => {
  const { state, dueAt } = kept ? storedAlready : newMedia(attachment.fileType, attachment.externalUrl, postedAt)
  return { ...attachment, ...kept, position, state, dueAt: time(dueAt) }
}

const newRow = (message: NewMessage, n: number) => ({
  n,
  account_id: message.accountId,
  inbox_id: message.inboxId,
  conversation_id: message.conversationId,
  message_type: message.type,
  content_type: message.contentType,
  content: message.content,
  private: message.private,
  status: message.status,
  author: message.author,
  author_id: message.authorId,
  content_attributes: message.contentAttributes,
  created_at: time(message.createdAt),
  parts: message.parts.map((part, position) => ({ ...part, position })),
  attachments: message.attachments.map((attachment, position) => newAttachment(attachment, position, message.createdAt)),
})

/** All three tables in one statement. The ids are drawn first, in the order given; foreign keys are checked when it ends. */
const insertAll = (messages: readonly NewMessage[]): RawBuilder<{ id: number }> => sql`
  with wanted as materialized (
    select w.*, nextval((select pg_get_serial_sequence('messages', 'id')::regclass)) as id from (
      select * from json_to_recordset(${recordset(messages.map(newRow))}) as w(n int, account_id bigint, inbox_id bigint, conversation_id bigint,
        message_type text, content_type text, content text, private boolean, status text, author text, author_id bigint,
        content_attributes jsonb, created_at timestamptz, parts json, attachments json)
      order by n
    ) w
  ),
  written as (
    insert into messages (id, account_id, inbox_id, conversation_id, message_type, content_type, content, private, status, author,
      author_id, content_attributes, created_at)
    select id, account_id, inbox_id, conversation_id, message_type, content_type, content, private, status, author, author_id,
      content_attributes, created_at from wanted order by n
  ),
  parts as (
    insert into message_parts (account_id, inbox_id, conversation_id, message_id, position, kind, content, payload, external_id, state)
    select w.account_id, w.inbox_id, w.conversation_id, w.id, p.position, p.kind, p.content, p.payload, p."externalId", p.state
    from wanted w cross join lateral json_to_recordset(w.parts)
      as p(position int, kind text, content text, payload jsonb, "externalId" text, state text)
    order by w.n, p.position
  ),
  attached as (
    insert into attachments (id, account_id, message_id, position, file_type, external_url, title, media_state, due_at, meta, content_type,
      byte_size, digest)
    select coalesce(a.id, nextval((select pg_get_serial_sequence('attachments', 'id')::regclass))), w.account_id, w.id, a.position,
      a."fileType", a."externalUrl", a.title, a.state, a."dueAt", coalesce(a.meta, '{}'), a."contentType", a.size, a.digest
    from wanted w cross join lateral json_to_recordset(w.attachments)
      as a(id bigint, position int, "fileType" text, "externalUrl" text, title text, state text, "dueAt" timestamptz, meta jsonb,
        "contentType" text, size bigint, digest text)
    order by w.n, a.position
  )
  select id from wanted order by n`

const savedRow = ({ id, accountId, content, status, contentAttributes, error }: Message) => ({
  id,
  account_id: accountId,
  content,
  status,
  content_attributes: contentAttributes,
  error,
})

const saveAll = (messages: readonly Message[]) => sql`
  update messages m set content = s.content, status = s.status, content_attributes = s.content_attributes, error = s.error
  from json_to_recordset(${recordset(messages.map(savedRow))})
    as s(id bigint, account_id bigint, content text, status text, content_attributes jsonb, error jsonb)
  where m.id = s.id and m.account_id = s.account_id`

const writes = (trx: Transaction<Tables>): Pick<Messages, 'insert' | 'save' | 'removeAttachments' | 'remove' | 'liftUpTo'> => ({
  async insert(messages) {
    if (messages.length === 0) return []
    return (await insertAll(messages).execute(trx)).rows.map(({ id }) => id)
  },

  async save(messages) {
    if (messages.length > 0) await write(trx, saveAll(messages))
  },

  async removeAttachments(messageId) {
    const gone = await trx.deleteFrom('attachments').where('message_id', '=', messageId).returning('id').execute()
    return gone.map(({ id }) => id)
  },

  async remove(messageId) {
    await trx.deleteFrom('messages').where('id', '=', messageId).execute()
  },

  async liftUpTo({ accountId, conversationId, createdAt, id }, from, to) {
    const { rows } = await sql<{ id: number }>`
      with lifted as (
        update messages m set status = ${to}
        where m.account_id = ${accountId} and m.conversation_id = ${conversationId} and m.message_type in ('outgoing', 'template') and not m.private
          and m.status = any(${[...from]}::text[])
          and (m.created_at, m.id) <= (${moment(createdAt)}, ${id}::bigint)
          and not exists (select from message_parts p where p.message_id = m.id and p.state not in ('accepted', 'received'))
        returning m.id, m.created_at
      )
      select id from lifted order by created_at, id`.execute(trx)
    return rows.map((row) => row.id)
  },
})

/** Each of them once, as `a`. */
export const askedFor = (refs: readonly ExternalRef[]) => {
  const rows = refs.map(({ inboxId, externalId }) => ({ inbox_id: inboxId, external_id: storableText(externalId) }))
  return sql`(select distinct * from json_to_recordset(${recordset(rows)}) as a(inbox_id bigint, external_id text)) a`
}

export const createMessages = (trx: Transaction<Tables>): Messages => ({
  ...createParts(trx),
  ...writes(trx),

  async known(refs) {
    if (refs.length === 0) return []
    const { rows } = await sql<KnownMessage>`
      select a.external_id as "externalId", m.content_attributes as "contentAttributes", m.created_at as "createdAt"
      from ${askedFor(refs)}
      join message_parts p on p.inbox_id = a.inbox_id and p.external_id = a.external_id join messages m on m.id = p.message_id`.execute(trx)
    return rows
  },

  async byExternalIds(refs) {
    if (refs.length === 0) return []
    const { rows } = await sql<Message & { readonly externalId: string }>`
      with asked as (
        select p.* from ${askedFor(refs)}
        join message_parts p on p.inbox_id = a.inbox_id and p.external_id = a.external_id
      ),
      locked as materialized (
        select id from conversations where id in (select conversation_id from asked) order by id for update
      )
      select ${messageColumns}, p.external_id as "externalId"
      from locked l join asked p on p.conversation_id = l.id join messages m on m.id = p.message_id
      order by m.id, p.position for update of m`.execute(trx)
    return rows
  },

  async saidIn(conversationIds) {
    const { rows } = await sql<SaidSoFar & { readonly id: ConversationId }>`
      select c.id, exists (select from messages m where m.conversation_id = c.id and m.message_type = 'outgoing') as "hasOutgoing",
        (select m.created_at from messages m where m.conversation_id = c.id and m.message_type = 'outgoing' and not m.private
          order by m.created_at desc, m.id desc limit 1) as "lastAnswerAt",
        (select m.created_at from messages m where m.conversation_id = c.id and m.message_type = 'template'
          order by m.created_at desc, m.id desc limit 1) as "lastTemplateAt"
      from unnest(${[...conversationIds]}::bigint[]) as c(id)`.execute(trx)
    return new Map(rows.map(({ id, ...said }) => [id, said]))
  },

  async byId(accountId, id) {
    const { rows } =
      await sql<Message>`select ${messageColumns} from messages m where m.account_id = ${accountId} and m.id = ${id}`.execute(trx)
    return rows[0]
  },
})
