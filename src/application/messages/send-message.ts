import { type RulesOf, readReplyRules } from '#application/messages/reply-rules.ts'
import { type RequestKeyError, type WrittenMessage, writeOnce } from '#application/messages/write-once.ts'
import type { Channel, Channels } from '#application/ports/channel.ts'
import type { Clock } from '#application/ports/clock.ts'
import type { Conversation } from '#application/ports/conversations.ts'
import type { Author, ContentAttributes, NewMessage } from '#application/ports/messages.ts'
import type { KeyedRequest } from '#application/ports/request-keys.ts'
import type { Tx, UnitOfWork } from '#application/ports/unit-of-work.ts'
import { afterOutgoing } from '#domain/conversation/conversation.ts'
import { mayReply, replyWindow } from '#domain/conversation/reply-window.ts'
import { splitText } from '#domain/message/content.ts'
import type { AccountId, MessageId } from '#domain/shared/ids.ts'
import type { Instant } from '#domain/shared/instant.ts'
import { err, ok, type Result } from '#domain/shared/result.ts'

/** Characters of one message, as in Chatwoot. */
const maxLength = 150_000

export interface SendMessageCommand {
  readonly accountId: AccountId
  /** The conversation's number as people see it. */
  readonly displayId: number
  readonly author: { readonly kind: Extract<Author, 'user' | 'agent_bot'>; readonly id: number }
  readonly content: string
  /** A note for colleagues: kept, never sent. */
  readonly private: boolean
  readonly contentAttributes: ContentAttributes
  /** Where the client may repeat this request. */
  readonly request?: KeyedRequest
}

export type SendMessageError =
  | RequestKeyError
  | { readonly code: 'conversation.unknown' }
  | { readonly code: 'message.empty' }
  | { readonly code: 'message.too_long'; readonly limit: number }
  | { readonly code: 'message.outside_window'; readonly closesAt: Instant | null }

/** Writes an agent's message down and asks for its delivery, in one transaction. */
export type SendMessage = (command: SendMessageCommand) => Promise<Result<WrittenMessage, SendMessageError>>

interface Dependencies {
  readonly channels: Channels
  readonly unitOfWork: UnitOfWork
  readonly clock: Clock
}

const composeOutgoing = (
  command: SendMessageCommand,
  conversation: Conversation,
  channel: Channel | undefined,
  at: Instant,
): NewMessage => ({
  accountId: conversation.accountId,
  inboxId: conversation.inboxId,
  conversationId: conversation.id,
  type: 'outgoing',
  contentType: 'text',
  content: command.content,
  private: command.private,
  status: 'sent',
  author: command.author.kind,
  authorId: command.author.id,
  contentAttributes: command.contentAttributes,
  createdAt: at,
  parts:
    command.private || !channel
      ? []
      : splitText(command.content.trim(), channel.limits.textBytes).map((content) => ({
          kind: 'text',
          content,
          externalId: null,
          state: 'queued',
        })),
  attachments: [],
})

export const createSendMessage = ({ channels, unitOfWork, clock }: Dependencies): SendMessage => {
  const write = async (
    tx: Tx,
    command: SendMessageCommand,
    rulesOf: RulesOf,
    now: Instant,
  ): Promise<Result<MessageId, SendMessageError>> => {
    const conversation = await tx.conversations.byDisplayId(command.accountId, command.displayId)
    if (!conversation) return err({ code: 'conversation.unknown' })
    const { accountId, id: conversationId } = conversation
    const inbox = await tx.inboxes.find(accountId, conversation.inboxId)
    const byHuman = command.author.kind === 'user'
    const window = replyWindow(rulesOf(inbox), conversation.lastIncomingAt, now)
    if (!command.private && !mayReply(window, byHuman)) return err({ code: 'message.outside_window', closesAt: window.closesAt })
    const [messageId] = await tx.messages.insert([composeOutgoing(command, conversation, channels.get(inbox?.channel ?? ''), now)])
    if (messageId === undefined) throw new Error('The message was inserted without an id.')
    await tx.conversations.saveActivity([
      command.private ? { ...conversation, lastActivityAt: now } : afterOutgoing(conversation, now, byHuman),
    ])
    if (!command.private)
      await tx.jobs.enqueue([{ name: 'deliver-conversation', key: String(conversationId), payload: { accountId, conversationId } }])
    return ok(messageId)
  }

  return async (command) => {
    if (command.content.trim() === '') return err({ code: 'message.empty' })
    if (command.content.length > maxLength) return err({ code: 'message.too_long', limit: maxLength })
    const rulesOf = await readReplyRules(channels)
    return unitOfWork.run((tx) => {
      const now = clock.now()
      return writeOnce(tx, command.request, now, () => write(tx, command, rulesOf, now))
    })
  }
}
