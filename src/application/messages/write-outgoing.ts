import { deliveryJob, orderOf } from '#application/messages/delivery-job.ts'
import type { Channel } from '#application/ports/channel.ts'
import type { Conversation } from '#application/ports/conversations.ts'
import type { Author, ContentAttributes, NewMessage, NewPart } from '#application/ports/messages.ts'
import type { Tx } from '#application/ports/unit-of-work.ts'
import { afterOutgoing } from '#domain/conversation/conversation.ts'
import { splitText } from '#domain/message/content.ts'
import type { MessageId } from '#domain/shared/ids.ts'
import type { Instant } from '#domain/shared/instant.ts'

export interface OutgoingMessage {
  readonly author: { readonly kind: Extract<Author, 'user' | 'agent_bot'>; readonly id: number }
  readonly content: string
  /** A note for colleagues: kept, never sent. */
  readonly private: boolean
  readonly contentAttributes: ContentAttributes
}

/** What is to be called for. A bridge fetches its messages itself, so they are with it at once. */
const partsOf = (message: OutgoingMessage, channel: Channel | undefined): NewPart[] =>
  message.private || !channel
    ? []
    : splitText(message.content.trim(), channel.limits.textBytes).map((content) => ({
        kind: 'text',
        content,
        externalId: null,
        state: channel.bridged ? 'accepted' : 'queued',
      }))

const composeOutgoing = (message: OutgoingMessage, conversation: Conversation, parts: readonly NewPart[], at: Instant): NewMessage => ({
  accountId: conversation.accountId,
  inboxId: conversation.inboxId,
  conversationId: conversation.id,
  type: 'outgoing',
  contentType: 'text',
  content: message.content,
  private: message.private,
  status: 'sent',
  author: message.author.kind,
  authorId: message.author.id,
  contentAttributes: message.contentAttributes,
  createdAt: at,
  parts,
  attachments: [],
})

/** Writes an agent's message down, moves its conversation's clocks and asks for its delivery. The caller holds the conversation's lock. */
export const writeOutgoing = async (
  tx: Tx,
  message: OutgoingMessage,
  conversation: Conversation,
  channel: Channel | undefined,
  now: Instant,
): Promise<MessageId> => {
  const parts = partsOf(message, channel)
  const [messageId] = await tx.messages.insert([composeOutgoing(message, conversation, parts, now)])
  if (messageId === undefined) throw new Error('The message was inserted without an id.')
  await tx.conversations.saveActivity([
    message.private ? { ...conversation, lastActivityAt: now } : afterOutgoing(conversation, now, message.author.kind === 'user'),
  ])
  if (parts.some((part) => part.state === 'queued')) await tx.jobs.enqueue([deliveryJob(orderOf(conversation))])
  return messageId
}
