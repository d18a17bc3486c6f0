import { type ContentError, checkContent } from '#application/messages/check-content.ts'
import { type RulesOf, readReplyRules } from '#application/messages/reply-rules.ts'
import { type RequestKeyError, type WrittenMessage, writeOnce } from '#application/messages/write-once.ts'
import { type OutgoingMessage, writeOutgoing } from '#application/messages/write-outgoing.ts'
import type { Channels } from '#application/ports/channel.ts'
import type { Clock } from '#application/ports/clock.ts'
import type { KeyedRequest } from '#application/ports/request-keys.ts'
import type { Tx, UnitOfWork } from '#application/ports/unit-of-work.ts'
import { mayReply, replyWindow } from '#domain/conversation/reply-window.ts'
import type { AccountId, MessageId } from '#domain/shared/ids.ts'
import type { Instant } from '#domain/shared/instant.ts'
import { err, ok, type Result } from '#domain/shared/result.ts'

export interface SendMessageCommand extends OutgoingMessage {
  readonly accountId: AccountId
  /** The conversation's number as people see it. */
  readonly displayId: number
  /** Where the client may repeat this request. */
  readonly request?: KeyedRequest
}

export type SendMessageError =
  | RequestKeyError
  | ContentError
  | { readonly code: 'conversation.unknown' }
  | { readonly code: 'message.outside_window'; readonly closesAt: Instant | null }

/** Writes an agent's message down and asks for its delivery, in one transaction. */
export type SendMessage = (command: SendMessageCommand) => Promise<Result<WrittenMessage, SendMessageError>>

interface Dependencies {
  readonly channels: Channels
  readonly unitOfWork: UnitOfWork
  readonly clock: Clock
}

export const createSendMessage = ({ channels, unitOfWork, clock }: Dependencies): SendMessage => {
  const write = async (
    tx: Tx,
    command: SendMessageCommand,
    rulesOf: RulesOf,
    now: Instant,
  ): Promise<Result<MessageId, SendMessageError>> => {
    const conversation = await tx.conversations.byDisplayId(command.accountId, command.displayId)
    if (!conversation) return err({ code: 'conversation.unknown' })
    const window = replyWindow(rulesOf(conversation), conversation.lastIncomingAt, now)
    if (!command.private && !mayReply(window, command.author.kind === 'user'))
      return err({ code: 'message.outside_window', closesAt: window.closesAt })
    return ok(await writeOutgoing(tx, command, conversation, channels.get(conversation.channel), now))
  }

  return async (command) => {
    const content = checkContent(command.content)
    if (!content.ok) return content
    const rulesOf = await readReplyRules(channels)
    return unitOfWork.run((tx) => {
      const now = clock.now()
      return writeOnce(tx, command.request, now, () => write(tx, command, rulesOf, now))
    })
  }
}
