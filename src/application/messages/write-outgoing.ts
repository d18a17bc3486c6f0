import { attachmentOf } from '#application/messages/attach-uploads.ts'
import { composeParts, type Said } from '#application/messages/compose-parts.ts'
import { deliveryJob, orderOf } from '#application/messages/delivery-job.ts'
import type { Channel } from '#application/ports/channel.ts'
import type { Conversation } from '#application/ports/conversations.ts'
import type { Author, ContentAttributes, NewMessage, NewPart } from '#application/ports/messages.ts'
import type { Tx } from '#application/ports/unit-of-work.ts'
import { changesOf, type News, tellBridges } from '#application/webhooks/tell-bridges.ts'
import { afterOutgoing } from '#domain/conversation/conversation.ts'
import type { ConversationId, MessageId } from '#domain/shared/ids.ts'
import type { Instant } from '#domain/shared/instant.ts'

export interface OutgoingMessage extends Said {
  readonly author:
    | { readonly kind: Extract<Author, 'user' | 'agent_bot'>; readonly id: number }
    | { readonly kind: 'system'; readonly id: null }
  /** A note for colleagues: kept, never sent. */
  readonly private: boolean
  readonly contentAttributes: ContentAttributes
}

/** What is to be called for. A bridge fetches its messages itself, so they are with it at once. */
const partsOf = (message: OutgoingMessage, channel: Channel | undefined): NewPart[] =>
  message.private || !channel ? [] : composeParts(message, channel)

/** In Chatwoot's words. */
const contentTypeOf = ({ choices, cards, isSticker }: OutgoingMessage): string => {
  if (choices) return 'input_select'
  if (cards) return 'cards'
  return isSticker ? 'sticker' : 'text'
}

const composeOutgoing = (message: OutgoingMessage, conversation: Conversation, parts: readonly NewPart[], at: Instant): NewMessage => ({
  accountId: conversation.accountId,
  inboxId: conversation.inboxId,
  conversationId: conversation.id,
  type: message.author.kind === 'system' ? 'template' : 'outgoing',
  contentType: contentTypeOf(message),
  content: message.content.trim() === '' ? null : message.content,
  private: message.private,
  status: 'sent',
  author: message.author.kind,
  authorId: message.author.id,
  contentAttributes: message.contentAttributes,
  createdAt: at,
  parts,
  attachments: (message.files ?? []).map(attachmentOf),
})

/** A message, and where it is written. */
export interface Draft {
  readonly message: OutgoingMessage
  readonly conversation: Conversation
  readonly channel: Channel | undefined
  /** What is to be called for, where that was composed before. */
  readonly parts?: readonly NewPart[]
}

/** The conversations after these messages, one after the other. */
const moved = (drafts: readonly Draft[], now: Instant): readonly Conversation[] => {
  const latest = new Map<ConversationId, Conversation>()
  for (const { message, conversation } of drafts) {
    const before = latest.get(conversation.id) ?? conversation
    const after = message.private ? { ...before, lastActivityAt: now } : afterOutgoing(before, now, message.author.kind === 'user')
    latest.set(conversation.id, after)
  }
  return [...latest.values()]
}

/** `ids` are those of the messages, `after` is how their conversations stand now. */
const newsOf = (drafts: readonly Draft[], ids: readonly MessageId[], after: readonly Conversation[]): readonly News[] => {
  const created = drafts.flatMap(({ message, conversation, channel }, n): News[] => {
    const messageId = ids[n]
    return message.private || messageId === undefined ? [] : [{ name: 'message_created', messageId, conversation, channel }]
  })
  const before = new Map(drafts.toReversed().map((draft) => [draft.conversation.id, draft]))
  const changed = after.flatMap((conversation): News[] => {
    const draft = before.get(conversation.id)
    return draft ? changesOf(draft.conversation, conversation).map((change) => ({ ...change, conversation, channel: draft.channel })) : []
  })
  return [...created, ...changed]
}

/**
 * Writes messages to customers down in the order given, moves their conversations' clocks and asks for their delivery, or tells the
 * software that carries them. The caller holds the conversations' locks.
 */
export const writeOutgoing = async (tx: Tx, drafts: readonly Draft[], now: Instant): Promise<readonly MessageId[]> => {
  const composed = drafts.map(({ message, conversation, channel, parts = partsOf(message, channel) }) =>
    composeOutgoing(message, conversation, parts, now),
  )
  const ids = await tx.messages.insert(composed)
  const after = moved(drafts, now)
  await tx.conversations.saveActivity(after)
  if (drafts.some(({ channel }) => channel?.bridged)) await tellBridges(tx, newsOf(drafts, ids, after), now)
  const queued = drafts.filter((_, n) => composed[n]?.parts.some((part) => part.state === 'queued'))
  const orders = new Map(queued.map(({ conversation }) => [conversation.id, orderOf(conversation)]))
  await tx.jobs.enqueue([...orders.values()].map((order) => deliveryJob(order)))
  return ids
}
