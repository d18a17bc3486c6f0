import { randomUUID } from 'node:crypto'
import type { ChannelEvent } from '#application/intake/channel-event.ts'
import type { ContactInbox } from '#application/ports/contacts.ts'
import type { Conversation, NewConversation } from '#application/ports/conversations.ts'
import type { ConnectionDetails } from '#application/ports/inboxes.ts'
import type { NewMessage, NewPart } from '#application/ports/messages.ts'
import type { Tx, UnitOfWork } from '#application/ports/unit-of-work.ts'
import { ok } from '#domain/shared/result.ts'
import type { Subject } from './subject.ts'

/** A Tuesday, with milliseconds. */
export const noon = Date.UTC(2026, 6, 14, 12, 0, 0, 123)

let drawn = 0
/** A text that no other test has. */
export const fresh = (what: string): string => `${what}-${++drawn}-${process.pid}`

/** Runs `work` in a transaction that commits, and answers what it answered. */
export const commit = async <T>(unitOfWork: UnitOfWork, work: (tx: Tx) => Promise<T>): Promise<T> => {
  const result = await unitOfWork.run(async (tx) => ok(await work(tx)))
  if (!result.ok) throw new Error('cannot happen: the work answers ok')
  return result.value
}

/** Stores what was read in one request, as the reader of arrivals does. */
export const storeEvents = async (
  unitOfWork: UnitOfWork,
  events: readonly ChannelEvent[],
  { channel = 'instagram', body = new Uint8Array(), receivedAt = noon } = {},
): Promise<void> => {
  const entry = { id: randomUUID(), channel, body, receivedAt, events }
  const store = (how: 'together' | 'oneByOne') => commit(unitOfWork, ({ intake }) => intake.store([entry], how))
  await store('together').catch(() => store('oneByOne'))
}

export const detailsBy = (userId: number): ConnectionDetails => ({
  alternateKey: null,
  providerName: 'shop',
  accountType: 'BUSINESS',
  permissions: ['basic', 'manage "messages", all'],
  connectedBy: userId,
  connectedAt: noon,
})

export const textPart = (externalId: string | null, state: NewPart['state']): NewPart => ({
  kind: 'text',
  content: 'hello',
  externalId,
  state,
})

export const incoming = (conversation: Conversation, createdAt: number, changes: Partial<NewMessage> = {}): NewMessage => ({
  accountId: conversation.accountId,
  inboxId: conversation.inboxId,
  conversationId: conversation.id,
  type: 'incoming',
  contentType: 'text',
  content: 'hello',
  private: false,
  status: 'sent',
  author: 'contact',
  authorId: conversation.contactId,
  contentAttributes: {},
  createdAt,
  parts: [textPart(fresh('mid'), 'received')],
  attachments: [],
  ...changes,
})

export const outgoing = (conversation: Conversation, createdAt: number, changes: Partial<NewMessage> = {}): NewMessage => ({
  ...incoming(conversation, createdAt),
  type: 'outgoing',
  author: 'user',
  authorId: null,
  parts: [textPart(fresh('mid'), 'accepted')],
  ...changes,
})

export const newConversation = (someone: ContactInbox, changes: Partial<NewConversation> = {}): NewConversation => ({
  accountId: someone.accountId,
  inboxId: someone.inboxId,
  contactId: someone.contactId,
  contactInboxId: someone.id,
  uuid: crypto.randomUUID(),
  status: 'open',
  startedAt: noon,
  lastActivityAt: noon,
  lastIncomingAt: null,
  lastReplyAt: null,
  firstReplyAt: null,
  waitingSince: null,
  readUntil: null,
  ...changes,
})

/** An account with a user and one connected inbox. */
export interface Office {
  readonly accountId: number
  readonly userId: number
  readonly inboxId: number
  readonly channelKey: string
}

export const openOffice = ({ unitOfWork }: Subject): Promise<Office> =>
  commit(unitOfWork, async (tx) => {
    const accountId = await tx.accounts.insertAccount({ name: fresh('account'), locale: 'en', at: noon })
    const userId = await tx.accounts.ensureUser({ name: 'Ada', email: `${fresh('ada')}@example.com`, at: noon })
    const channelKey = fresh('17841400000000')
    const inbox = { accountId, name: fresh('inbox'), at: noon, channel: 'instagram', channelKey }
    const inboxId = await tx.inboxes.insert(inbox, detailsBy(userId))
    if (inboxId === undefined) throw new Error('The key is fresh.')
    return { accountId, userId, inboxId, channelKey }
  })

export const meet = async ({ unitOfWork }: Subject, { accountId, inboxId }: Office, sourceId = fresh('igsid')): Promise<ContactInbox> => {
  const [someone] = await commit(unitOfWork, (tx) =>
    tx.contacts.ensure([{ accountId, inboxId, sourceId, name: `Unknown (IG: ${sourceId})`, at: noon }]),
  )
  if (someone === undefined) throw new Error('The office has this inbox.')
  return someone
}

export const converse = async (subject: Subject, office: Office, changes: Partial<NewConversation> = {}): Promise<Conversation> => {
  const someone = await meet(subject, office)
  const [conversation] = await commit(subject.unitOfWork, (tx) => tx.conversations.insert([newConversation(someone, changes)]))
  if (conversation === undefined) throw new Error('One was inserted.')
  return conversation
}
