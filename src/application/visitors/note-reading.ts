import type { Channels } from '#application/ports/channel.ts'
import type { Clock } from '#application/ports/clock.ts'
import type { UnitOfWork } from '#application/ports/unit-of-work.ts'
import { tellBridges } from '#application/webhooks/tell-bridges.ts'
import { afterRead } from '#domain/conversation/conversation.ts'
import { liftedInBulkTo } from '#domain/message/status.ts'
import type { AccountId } from '#domain/shared/ids.ts'
import { err, ok, type Result } from '#domain/shared/result.ts'

/** The customer has seen all that was written to them until now: what arrived of it counts as read. */
export type NoteReading = (command: {
  readonly accountId: AccountId
  /** The conversation's number as people see it. */
  readonly displayId: number
}) => Promise<Result<null, { readonly code: 'conversation.unknown' }>>

/** Where many were read at once, bridges hear of the newest: that those before them were read follows. */
const mostTold = 20

interface Dependencies {
  readonly channels: Channels
  readonly unitOfWork: UnitOfWork
  readonly clock: Clock
}

export const createNoteReading =
  ({ channels, unitOfWork, clock }: Dependencies): NoteReading =>
  ({ accountId, displayId }) =>
    unitOfWork.run(async (tx): ReturnType<NoteReading> => {
      const conversation = await tx.conversations.byDisplayId(accountId, displayId)
      if (!conversation) return err({ code: 'conversation.unknown' })
      const createdAt = clock.now()
      await tx.conversations.saveActivity([afterRead(conversation, createdAt)])
      const everything = { accountId, conversationId: conversation.id, createdAt, id: Number.MAX_SAFE_INTEGER }
      const read = await tx.messages.liftUpTo(everything, liftedInBulkTo('read'), 'read')
      const channel = channels.get(conversation.channel)
      const news = read.slice(-mostTold).map((messageId) => ({ name: 'message_updated', messageId, conversation, channel }) as const)
      await tellBridges(tx, news, createdAt)
      return ok(null)
    })
