import { sql, type Transaction } from 'kysely'
import { toldConversations } from '#adapters/postgres/queries/conversations.ts'
import { messagesById } from '#adapters/postgres/queries/messages.ts'
import { recordset } from '#adapters/postgres/storable.ts'
import type { Tables } from '#adapters/postgres/tables.ts'
import type { SceneRef, SeenScene } from '#application/ports/webhooks.ts'
import type { AccountId, ConversationId, InboxId } from '#domain/shared/ids.ts'

interface Listener {
  readonly conversationId: ConversationId
  readonly accountId: AccountId
  readonly accountName: string
  readonly inboxId: InboxId
  readonly inboxName: string
}

const listeners = async (trx: Transaction<Tables>, refs: readonly SceneRef[]): Promise<readonly Listener[]> => {
  const asked = refs.map(({ accountId, conversationId }) => ({ account_id: accountId, id: conversationId }))
  const { rows } = await sql<Listener>`
    select c.id as "conversationId", a.id as "accountId", a.name as "accountName", i.id as "inboxId", i.name as "inboxName"
    from (select distinct * from json_to_recordset(${recordset(asked)}) as r(account_id bigint, id bigint)) r
    join conversations c on c.id = r.id and c.account_id = r.account_id
    join inboxes i on i.id = c.inbox_id join accounts a on a.id = c.account_id
    where i.webhook_url is not null`.execute(trx)
  return rows
}

/** What there is to tell of the conversations of one account, by conversation and by message. */
const readViews = async (trx: Transaction<Tables>, accountId: AccountId, heard: readonly Listener[], refs: readonly SceneRef[]) => {
  const ids = heard.map(({ conversationId }) => conversationId)
  const wanted = refs.flatMap(({ conversationId, messageId }) =>
    messageId !== undefined && ids.includes(conversationId) ? [messageId] : [],
  )
  const conversations = await toldConversations(trx, accountId, ids)
  return { conversations, messages: await messagesById(trx, accountId, wanted) }
}

/** How conversations stand in this transaction, where somebody listens. */
export const readScenes = async (trx: Transaction<Tables>, refs: readonly SceneRef[]): Promise<readonly (SeenScene | undefined)[]> => {
  const heard = await listeners(trx, refs)
  const byConversation = new Map(heard.map((listener) => [listener.conversationId, listener]))
  const views = new Map<AccountId, Awaited<ReturnType<typeof readViews>>>()
  for (const [accountId, group] of Map.groupBy(heard, (listener) => listener.accountId))
    views.set(accountId, await readViews(trx, accountId, group, refs))
  return refs.map(({ accountId, conversationId, messageId }) => {
    const found = byConversation.get(conversationId)
    const listener = found?.accountId === accountId ? found : undefined
    const view = listener && views.get(listener.accountId)
    const conversation = view?.conversations.find(({ id }) => id === conversationId)
    const message = view?.messages.find(({ id }) => id === messageId)
    if (!listener || !conversation || (messageId !== undefined && !message)) return undefined
    return {
      account: { id: listener.accountId, name: listener.accountName },
      inbox: { id: listener.inboxId, name: listener.inboxName },
      conversation,
      ...(message && { message }),
    }
  })
}
