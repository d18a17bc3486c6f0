import { deliveryJob, orderOf } from '#application/messages/delivery-job.ts'
import { windowOf } from '#application/messages/next-step.ts'
import { readReplyRules } from '#application/messages/reply-rules.ts'
import type { Channels } from '#application/ports/channel.ts'
import type { Clock } from '#application/ports/clock.ts'
import type { UnitOfWork } from '#application/ports/unit-of-work.ts'
import { tellBridges } from '#application/webhooks/tell-bridges.ts'
import { mayReply } from '#domain/conversation/reply-window.ts'
import type { AccountId, MessageId } from '#domain/shared/ids.ts'
import type { Instant } from '#domain/shared/instant.ts'
import { err, ok, type Result } from '#domain/shared/result.ts'

export interface RetryMessageCommand {
  readonly accountId: AccountId
  readonly displayId: number
  readonly messageId: MessageId
}

export type RetryMessageError =
  | { readonly code: 'conversation.unknown' | 'message.unknown' | 'message.not_failed' }
  | { readonly code: 'message.outside_window'; readonly closesAt: Instant | null }

/** Starts a failed message over, as a person decided: what the provider took is not sent again, the rest is. */
export type RetryMessage = (command: RetryMessageCommand) => Promise<Result<MessageId, RetryMessageError>>

interface Dependencies {
  readonly channels: Channels
  readonly unitOfWork: UnitOfWork
  readonly clock: Clock
}

export const createRetryMessage =
  ({ channels, unitOfWork, clock }: Dependencies): RetryMessage =>
  async ({ accountId, displayId, messageId }) => {
    const rulesOf = await readReplyRules(channels)
    return unitOfWork.run(async (tx): Promise<Result<MessageId, RetryMessageError>> => {
      const conversation = await tx.conversations.byDisplayId(accountId, displayId)
      if (!conversation) return err({ code: 'conversation.unknown' })
      const message = await tx.messages.byId(accountId, messageId)
      if (!message || message.conversationId !== conversation.id) return err({ code: 'message.unknown' })
      const isOurs = message.type === 'outgoing' || message.type === 'template'
      if (message.status !== 'failed' || !isOurs || message.private) return err({ code: 'message.not_failed' })
      const again = (await tx.messages.parts(messageId)).filter((part) => part.state !== 'accepted')
      const windows = again.map((part) => windowOf(part, rulesOf(conversation), conversation, clock.now()))
      const closed = windows.find((window) => !mayReply(window, message.author === 'user'))
      if (closed) return err({ code: 'message.outside_window', closesAt: closed.closesAt })
      await tx.messages.saveParts(
        again.map((part) => ({ part: { ...part, state: 'queued', attempts: 0, dueAt: null, claimedAt: null }, error: null })),
      )
      await tx.messages.save([{ ...message, status: 'sent', error: null }])
      await tx.jobs.enqueue([deliveryJob(orderOf(conversation))])
      // Whoever carries it is to do so once more, as if it were new.
      const news = { name: 'message_created', messageId, conversation, channel: channels.get(conversation.channel) } as const
      await tellBridges(tx, [news], clock.now())
      return ok(messageId)
    })
  }
