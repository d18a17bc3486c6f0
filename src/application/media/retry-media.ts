import { mediaJob } from '#application/media/media-job.ts'
import type { Clock } from '#application/ports/clock.ts'
import type { UnitOfWork } from '#application/ports/unit-of-work.ts'
import { mediaRule } from '#domain/media/media.ts'
import type { AccountId, MessageId } from '#domain/shared/ids.ts'
import { err, ok, type Result } from '#domain/shared/result.ts'

export interface RetryMediaCommand {
  readonly accountId: AccountId
  readonly displayId: number
  readonly messageId: MessageId
  readonly attachmentId: number
}

export type RetryMediaError = {
  readonly code: 'conversation.unknown' | 'message.unknown' | 'attachment.unknown' | 'attachment.not_failed'
}

/** Begins the download of an attachment again, as a person decided. */
export type RetryMedia = (command: RetryMediaCommand) => Promise<Result<MessageId, RetryMediaError>>

interface Dependencies {
  readonly unitOfWork: UnitOfWork
  readonly clock: Clock
}

export const createRetryMedia =
  ({ unitOfWork, clock }: Dependencies): RetryMedia =>
  ({ accountId, displayId, messageId, attachmentId }) =>
    unitOfWork.run(async (tx): Promise<Result<MessageId, RetryMediaError>> => {
      const conversation = await tx.conversations.byDisplayId(accountId, displayId)
      if (!conversation) return err({ code: 'conversation.unknown' })
      const message = await tx.messages.byId(accountId, messageId)
      if (message?.conversationId !== conversation.id) return err({ code: 'message.unknown' })
      const item = await tx.media.find({ accountId, kind: 'attachments', id: attachmentId })
      if (item?.ownerId !== messageId) return err({ code: 'attachment.unknown' })
      const isOver = item.state === 'failed' || item.state === 'expired'
      if (!isOver || mediaRule(item.fileType) !== 'copy') return err({ code: 'attachment.not_failed' })
      await tx.media.save({ ...item, state: 'pending', attempts: 0, dueAt: clock.now() })
      await tx.jobs.enqueue([mediaJob(item)])
      return ok(messageId)
    })
