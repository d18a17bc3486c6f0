import type { Channels } from '#application/ports/channel.ts'
import type { Clock } from '#application/ports/clock.ts'
import type { UnitOfWork } from '#application/ports/unit-of-work.ts'
import { changesOf, tellBridges } from '#application/webhooks/tell-bridges.ts'
import { resolved } from '#domain/conversation/conversation.ts'
import type { AccountId } from '#domain/shared/ids.ts'
import { err, ok, type Result } from '#domain/shared/result.ts'

/** Nothing is left to do in it, until the customer writes again. */
export type ResolveConversation = (command: {
  readonly accountId: AccountId
  /** The conversation's number as people see it. */
  readonly displayId: number
}) => Promise<Result<null, { readonly code: 'conversation.unknown' }>>

interface Dependencies {
  readonly channels: Channels
  readonly unitOfWork: UnitOfWork
  readonly clock: Clock
}

export const createResolveConversation =
  ({ channels, unitOfWork, clock }: Dependencies): ResolveConversation =>
  ({ accountId, displayId }) =>
    unitOfWork.run(async (tx): ReturnType<ResolveConversation> => {
      const conversation = await tx.conversations.byDisplayId(accountId, displayId)
      if (!conversation) return err({ code: 'conversation.unknown' })
      const after = resolved(conversation)
      await tx.conversations.saveActivity([after])
      const channel = channels.get(conversation.channel)
      const news = changesOf(conversation, after).map((change) => ({ ...change, conversation, channel }))
      await tellBridges(tx, news, clock.now())
      return ok(null)
    })
