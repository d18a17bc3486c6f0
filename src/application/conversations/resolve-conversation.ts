import type { UnitOfWork } from '#application/ports/unit-of-work.ts'
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
  readonly unitOfWork: UnitOfWork
}

export const createResolveConversation =
  ({ unitOfWork }: Dependencies): ResolveConversation =>
  ({ accountId, displayId }) =>
    unitOfWork.run(async (tx): ReturnType<ResolveConversation> => {
      const conversation = await tx.conversations.byDisplayId(accountId, displayId)
      if (!conversation) return err({ code: 'conversation.unknown' })
      await tx.conversations.saveActivity([resolved(conversation)])
      return ok(null)
    })
