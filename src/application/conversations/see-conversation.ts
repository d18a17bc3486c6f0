import { type ActQuietlyDependencies, createActQuietly } from '#application/conversations/act-quietly.ts'
import { inOne } from '#application/in-one.ts'
import type { Queries } from '#application/ports/queries.ts'
import type { AccountId, UserId } from '#domain/shared/ids.ts'
import { err, ok, type Result } from '#domain/shared/result.ts'

export interface SeeConversationCommand {
  readonly accountId: AccountId
  /** The conversation's number as people see it. */
  readonly displayId: number
  /** Who looks at it. */
  readonly userId: UserId
}

export type SeeConversationError = { readonly code: 'conversation.unknown' }

/** Somebody has seen all that the customer wrote: it counts as read here, and the customer is shown that where the channel can. */
export type SeeConversation = (command: SeeConversationCommand) => Promise<Result<null, SeeConversationError>>

export const createSeeConversation = (dependencies: ActQuietlyDependencies & { readonly queries: Queries }): SeeConversation => {
  const { queries, unitOfWork, clock } = dependencies
  const actQuietly = createActQuietly(dependencies)
  return async ({ accountId, displayId, userId }) => {
    const conversation = await queries.conversation(accountId, displayId)
    if (!conversation) return err({ code: 'conversation.unknown' })
    await inOne(unitOfWork, (tx) => tx.conversations.noteSeen(accountId, conversation.id, userId, clock.now()))
    if (conversation.unreadCount > 0) await actQuietly(conversation, { action: { kind: 'seen' } })
    return ok(null)
  }
}
