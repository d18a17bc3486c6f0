import { type Kysely, type RawBuilder, sql } from 'kysely'
import { messagesForCustomer, newestForCustomer } from '#adapters/postgres/queries/messages.ts'
import { storableText } from '#adapters/postgres/storable.ts'
import type { Tables } from '#adapters/postgres/tables.ts'
import type { ClientInboxView, Visitor, VisitorConversationView, VisitorQueries, VisitorView } from '#application/ports/visitors.ts'
import { seesAll } from '#domain/contact/visitor.ts'

const perPage = 20

interface Row extends Omit<VisitorView, 'contact'> {
  readonly name: string
  readonly email: string | null
  readonly phoneNumber: string | null
  readonly identifier: string | null
  readonly additionalAttributes: VisitorView['contact']['additionalAttributes']
  readonly createdAt: number
}

/** Those of somebody's own, or where they proved who they are all that were held with them in the inbox. */
const isTheirs = ({ accountId, inboxId, contactId, contactInboxId, access }: Visitor): RawBuilder<unknown> => {
  const whose = seesAll(access) ? sql`c.contact_id = ${contactId}` : sql`c.contact_inbox_id = ${contactInboxId}`
  return sql`c.account_id = ${accountId} and c.inbox_id = ${inboxId} and ${whose}`
}

const read = async (db: Kysely<Tables>, visitor: Visitor, which: RawBuilder<unknown>): Promise<VisitorConversationView[]> => {
  const { rows } = await sql<Omit<VisitorConversationView, 'messages'>>`
    select c.id, c.display_id as "displayId", c.uuid, c.inbox_id as "inboxId", c.status, c.contact_last_seen_at as "contactLastSeenAt",
      c.agent_last_seen_at as "agentLastSeenAt"
    from conversations c where ${isTheirs(visitor)} and ${which} order by c.display_id desc limit ${perPage}`.execute(db)
  const ids = rows.map(({ id }) => id)
  const messages = await newestForCustomer(db, visitor.accountId, ids)
  return rows.map((row) => ({ ...row, messages: messages.get(row.displayId) ?? [] }))
}

export const visitorQueries = (db: Kysely<Tables>): VisitorQueries => ({
  async clientInbox(channels, identifier) {
    const { rows } = await sql<ClientInboxView>`
      select i.account_id as "accountId", i.id as "inboxId", c.channel_key as identifier, i.name, i.templates,
        i.hmac_mandatory as "hmacMandatory"
      from connections c join inboxes i on i.id = c.inbox_id
      where c.channel = any(${[...channels]}::text[]) and c.channel_key = ${storableText(identifier)} and c.state <> 'disconnected'`.execute(
      db,
    )
    return rows[0]
  },

  async visitor({ accountId, inboxId }, sourceId) {
    const { rows } = await sql<Row>`
      select ci.account_id as "accountId", ci.inbox_id as "inboxId", ci.contact_id as "contactId", ci.id as "contactInboxId",
        ci.source_id as "sourceId", ci.client_access as access, k.name, k.email, k.phone_number as "phoneNumber", k.identifier,
        k.additional_attributes as "additionalAttributes", k.created_at as "createdAt"
      from contact_inboxes ci join contacts k on k.id = ci.contact_id and k.account_id = ci.account_id
      where ci.account_id = ${accountId} and ci.inbox_id = ${inboxId} and ci.source_id = ${storableText(sourceId)}
        and ci.client_access is not null`.execute(db)
    if (!rows[0]) return undefined
    const { name, email, phoneNumber, identifier, additionalAttributes, createdAt, ...visitor } = rows[0]
    return { ...visitor, contact: { name, email, phoneNumber, identifier, additionalAttributes, createdAt } }
  },

  visitorConversations: (visitor, before) => read(db, visitor, before === undefined ? sql`true` : sql`c.display_id < ${before}`),

  async visitorConversation(visitor, displayId) {
    return (await read(db, visitor, sql`c.display_id = ${displayId}`))[0]
  },

  async hasConversation(visitor, displayId) {
    const { rows } = await sql`select from conversations c where ${isTheirs(visitor)} and c.display_id = ${displayId}`.execute(db)
    return rows.length > 0
  },

  visitorMessages(visitor, displayId, range) {
    const conversation = sql`(select c.id from conversations c where ${isTheirs(visitor)} and c.display_id = ${displayId})`
    return messagesForCustomer(db, visitor.accountId, conversation, range)
  },
})
