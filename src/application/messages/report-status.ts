import { withStatus } from '#application/messages/with-status.ts'
import type { Channels } from '#application/ports/channel.ts'
import type { Clock } from '#application/ports/clock.ts'
import type { DeliveryError } from '#application/ports/messages.ts'
import type { UnitOfWork } from '#application/ports/unit-of-work.ts'
import { tellBridges } from '#application/webhooks/tell-bridges.ts'
import type { MessageStatus } from '#domain/message/status.ts'
import type { AccountId, MessageId } from '#domain/shared/ids.ts'
import { err, ok, type Result } from '#domain/shared/result.ts'

export type ReportStatusError = { readonly code: 'conversation.unknown' | 'message.unknown' | 'message.status_not_reportable' }

/**
 * What the software that carries a message says became of it; elsewhere only the provider says. Ok also where that is no news:
 * `changed` tells.
 */
export type ReportStatus = (command: {
  readonly accountId: AccountId
  /** The conversation's number as people see it. */
  readonly displayId: number
  readonly messageId: MessageId
  readonly status: MessageStatus
  /** Why it failed, in that software's words. */
  readonly externalError: string | undefined
}) => Promise<Result<{ readonly changed: boolean }, ReportStatusError>>

interface Dependencies {
  readonly channels: Channels
  readonly unitOfWork: UnitOfWork
  readonly clock: Clock
}

const reportedError = (message: string): DeliveryError => ({
  code: 'message.reported_failed',
  class: 'reported',
  message,
  providerCode: null,
  providerSubcode: null,
  providerTraceId: null,
  retryable: true,
})

export const createReportStatus =
  ({ channels, unitOfWork, clock }: Dependencies): ReportStatus =>
  ({ accountId, displayId, messageId, status, externalError }) =>
    unitOfWork.run(async (tx): ReturnType<ReportStatus> => {
      const conversation = await tx.conversations.byDisplayId(accountId, displayId)
      if (!conversation) return err({ code: 'conversation.unknown' })
      const inbox = await tx.inboxes.find(accountId, conversation.inboxId)
      const channel = channels.get(inbox?.channel ?? '')
      if (!channel?.bridged) return err({ code: 'message.status_not_reportable' })
      const message = await tx.messages.byId(accountId, messageId)
      if (message?.conversationId !== conversation.id) return err({ code: 'message.unknown' })
      const reported = withStatus(message, status, externalError === undefined ? null : reportedError(externalError))
      if (reported === message) return ok({ changed: false })
      await tx.messages.save([reported])
      await tellBridges(tx, [{ name: 'message_updated', messageId, conversation, channel }], clock.now())
      return ok({ changed: true })
    })
