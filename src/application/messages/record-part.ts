import { neverSettled } from '#application/messages/delivery-outcome.ts'
import type { Desk } from '#application/messages/desk.ts'
import { signOf } from '#application/messages/part-content.ts'
import type { Conversation } from '#application/ports/conversations.ts'
import type { ContentAttributes, DeliveryError, Message, NewAttachment, NewMessage, Part } from '#application/ports/messages.ts'
import { type DeliveryState, deliveryOf, statusOf, uncertainPatience } from '#domain/message/delivery.ts'
import { isSame, type MessageSign } from '#domain/message/sign.ts'
import { advance } from '#domain/message/status.ts'

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
const disprove = (desk: Desk, message: Message): Inherited => {
  const { reactions: _, ...contentAttributes } = message.contentAttributes
  desk.putMessage({ ...message, status: 'sent', contentAttributes })
  return heritable(message)
}

/**
 * Frees an external id that belongs to this part but stands elsewhere: on a row that its echo made when it came first, which is
 * taken out; or on another part with the same words, to which an echo was given by mistake and which is uncertain again.
 */
const claimExternalId = (desk: Desk, part: Part, externalId: string): Inherited | undefined => {
  const holder = desk.holder({ inboxId: part.inboxId, externalId })
  const message = holder && desk.message(holder.messageId)
  if (!message || holder.id === part.id) return undefined
  if (message.author === 'native_app') {
    desk.remove(message.id)
    return heritable(message)
  }
  const dueAt = (holder.claimedAt ?? 0) + uncertainPatience
  desk.putPart({ ...holder, state: 'uncertain', externalId: null, dueAt }, null)
  return desk.parts(message.id).length === 1 ? disprove(desk, message) : undefined
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

/** Notes how a part stands, and what that makes of its message. */
export const recordPart = (desk: Desk, part: Part, error: DeliveryError | null): void => {
  const inherited = part.externalId === null ? undefined : claimExternalId(desk, part, part.externalId)
  desk.putPart(part, error)
  const message = desk.message(part.messageId)
  if (!message) return
  const states = desk.parts(part.messageId).map((each) => each.state)
  const told = judged(message, states, error, inherited)
  if (inherited || told.status !== message.status || told.error !== message.error) desk.putMessage(told)
}

/** The provider never said whether it took this part, and no sign of it came: a person has to decide. It stays liftable. */
export const giveUp = (desk: Desk, part: Part): void => {
  desk.putPart({ ...part, dueAt: null }, neverSettled)
  const message = desk.message(part.messageId)
  if (message) desk.putMessage({ ...message, status: advance(message.status, 'failed'), error: neverSettled })
}

/** Could this be the echo of this part? Only of one that may have reached the provider. */
export const mayBeEchoed = (part: Part, echo: MessageSign): boolean =>
  (part.state === 'sending' || part.state === 'uncertain') && isSame(signOf(part), echo)

const typedInApp = (conversation: Conversation, { kind, content, payload, externalId, claimedAt }: Part): NewMessage => ({
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
  parts: [{ kind, content, externalId, state: 'received' }],
  attachments: payload?.echoed ?? [],
})

/** The part once its echo is here. What was attached to that is kept, in case that it proves to be the echo of another message. */
export const settledByEcho = (part: Part, externalId: string | null, echoed: readonly NewAttachment[] = []): Part => {
  const payload = part.state !== 'sending' || echoed.length === 0 ? part.payload : { ...part.payload, echoed }
  return { ...part, payload, state: 'accepted', externalId, dueAt: null }
}

/**
 * The echo that settled this part was of another message with the same words: the provider's answer names another id. It goes
 * to the next part that it may be of, or else to a row of its own: then somebody typed it in the provider's app.
 */
export const returnEcho = (desk: Desk, conversation: Conversation, part: Part): void => {
  const other = desk.unsettled(conversation.id).find((candidate) => mayBeEchoed(candidate, signOf(part)))
  if (!other) desk.add(typedInApp(conversation, part))
  else recordPart(desk, settledByEcho(other, part.externalId, part.payload?.echoed), null)
}
