import { type ActQuietlyDependencies, createActQuietly } from '#application/conversations/act-quietly.ts'
import type { Queries } from '#application/ports/queries.ts'
import { mayTell } from '#domain/conversation/typing.ts'
import type { AccountId } from '#domain/shared/ids.ts'
import { err, ok, type Result } from '#domain/shared/result.ts'

export interface ShowTypingCommand {
  readonly accountId: AccountId
  /** The conversation's number as people see it. */
  readonly displayId: number
  readonly isOn: boolean
}

export type ShowTypingError = { readonly code: 'conversation.unknown' }

/** Shows the customer that an agent types, or no longer does, where the channel can and as often as is good. */
export type ShowTyping = (command: ShowTypingCommand) => Promise<Result<null, ShowTypingError>>

export const createShowTyping = (dependencies: ActQuietlyDependencies & { readonly queries: Queries }): ShowTyping => {
  const actQuietly = createActQuietly(dependencies)
  return async ({ accountId, displayId, isOn }) => {
    const conversation = await dependencies.queries.conversation(accountId, displayId)
    if (!conversation) return err({ code: 'conversation.unknown' })
    await actQuietly(conversation, {
      action: { kind: 'typing', isOn },
      may: async (tx, at) => mayTell(await tx.typing.last(accountId, conversation.id), isOn, at),
      note: (tx, at) => tx.typing.save(accountId, conversation.id, { isOn, at }),
    })
    return ok(null)
  }
}
