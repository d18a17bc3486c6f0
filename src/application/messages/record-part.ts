import { neverSettled } from '#application/messages/delivery-outcome.ts'
import type { Conversation } from '#application/ports/conversations.ts'
import type { ContentAttributes, DeliveryError, Message, NewMessage, Part } from '#application/ports/messages.ts'
import type { Tx } from '#application/ports/unit-of-work.ts'
import { type DeliveryState, deliveryOf, statusOf, uncertainPatience } from '#domain/message/delivery.ts'
import { advance } from '#domain/message/status.ts'
import type { AccountId } from '#domain/shared/ids.ts'

/** What a copy knew that its original should keep. */
interface Inherited {
  readonly status: Message['status']
  readonly contentAttributes: ContentAttributes
}

const heritable = ({ status, contentAttributes }: Message): Inherited => {
  const { reactions } = contentAttributes
  return { status, contentAttributes: reactions === undefined ? {} : { reactions } }
}

/** What was proven of a message was proven of another one with the same words: it knows nothing of itself again. */
const disprove = async (tx: Tx, message: Message): Promise<Inherited> => {
  const { reactions: _, ...contentAttributes } = message.contentAttributes
  await tx.messages.save([{ ...message, status: 'sent', contentAttributes }])
  return heritable(message)
}

/**
 * Frees an external id that belongs to this part but stands elsewhere: on a row that its echo made when it came first, which is
 * taken out; or on another part with the same words, to which an echo was given by mistake and which is uncertain again.
 */
const claimExternalId = async (tx: Tx, part: Part, externalId: string): Promise<Inherited | undefined> => {
  const [holder] = await tx.messages.byExternalIds([{ inboxId: part.inboxId, externalId }])
  if (!holder) return undefined
  if (holder.author === 'native_app') {
    await tx.messages.remove(holder.id)
    return heritable(holder)
  }
  const parts = await tx.messages.parts(holder.id)
  const mistaken = parts.find((other) => other.externalId === externalId && other.id !== part.id)
  if (!mistaken) return undefined
  const dueAt = (mistaken.claimedAt ?? 0) + uncertainPatience
  await tx.messages.savePart({ ...mistaken, state: 'uncertain', externalId: null, dueAt }, null)
  return parts.length === 1 ? disprove(tx, holder) : undefined
}

/** Why a message stands like this is told until it stands differently. */
const standing: readonly DeliveryState[] = ['refused', 'uncertain', 'held']

const judged = (
  message: Message,
  states: readonly Part['state'][],
  error: DeliveryError | null,
  inherited: Inherited | undefined,
): Message => {
  const delivery = deliveryOf(states)
  // An echo or an answer that comes after we gave up is proof that the message left.
  const proven = delivery === 'accepted' && message.status === 'failed' ? 'delivered' : statusOf(delivery)
  const status = advance(advance(message.status, proven), inherited?.status ?? 'sent')
  return {
    ...message,
    status,
    error: error ?? (status === 'failed' || standing.includes(delivery) ? message.error : null),
    contentAttributes: { ...message.contentAttributes, ...inherited?.contentAttributes },
  }
}

/** Writes down how a part stands, and what that makes of its message. The caller holds the conversation's lock. */
export const recordPart = async (tx: Tx, accountId: AccountId, part: Part, error: DeliveryError | null): Promise<void> => {
  const inherited = part.externalId === null ? undefined : await claimExternalId(tx, part, part.externalId)
  await tx.messages.savePart(part, error)
  const message = await tx.messages.byId(accountId, part.messageId)
  if (!message) return
  const states = (await tx.messages.parts(part.messageId)).map((each) => each.state)
  const told = judged(message, states, error, inherited)
  if (inherited || told.status !== message.status || told.error !== message.error) await tx.messages.save([told])
}

/** The provider never said whether it took this part, and no sign of it came: a person has to decide. It stays liftable. */
export const giveUp = async (tx: Tx, accountId: AccountId, part: Part): Promise<void> => {
  await tx.messages.savePart({ ...part, dueAt: null }, neverSettled)
  const message = await tx.messages.byId(accountId, part.messageId)
  if (message) await tx.messages.save([{ ...message, status: advance(message.status, 'failed'), error: neverSettled }])
}

/** Could an echo with these words be of this part? Only of one that may have reached the provider. */
export const mayBeEchoed = (part: Part, words: string | null): boolean =>
  (part.state === 'sending' || part.state === 'uncertain') && part.content === words

const typedInApp = (conversation: Conversation, { content, externalId, claimedAt }: Part): NewMessage => ({
  accountId: conversation.accountId,
  inboxId: conversation.inboxId,
  conversationId: conversation.id,
  type: 'outgoing',
  contentType: 'text',
  content,
  private: false,
  status: 'sent',
  author: 'native_app',
  authorId: null,
  contentAttributes: { external_echo: true },
  createdAt: claimedAt ?? conversation.lastActivityAt,
  parts: [{ kind: 'text', content, externalId, state: 'received' }],
  attachments: [],
})

/**
 * The echo that settled this part was of another message with the same words: the provider's answer names another id. It goes
 * to the next part that it may be of, or else to a row of its own: then somebody typed it in the provider's app.
 */
export const returnEcho = async (tx: Tx, conversation: Conversation, part: Part): Promise<void> => {
  const waiting = await tx.messages.unsettled([conversation.id])
  const other = waiting.find((candidate) => mayBeEchoed(candidate, part.content))
  if (!other) return void (await tx.messages.insert([typedInApp(conversation, part)]))
  await recordPart(tx, conversation.accountId, { ...other, state: 'accepted', externalId: part.externalId, dueAt: null }, null)
}
