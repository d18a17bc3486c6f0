import { type ActQuietlyDependencies, createActQuietly } from '#application/conversations/act-quietly.ts'
import { inOne } from '#application/in-one.ts'
import type { ConversationView, Queries } from '#application/ports/queries.ts'
import type { Tx } from '#application/ports/unit-of-work.ts'
import { tellBridges } from '#application/webhooks/tell-bridges.ts'
import { mayTell } from '#domain/conversation/typing.ts'
import type { AccountId, UserId } from '#domain/shared/ids.ts'
import type { Instant } from '#domain/shared/instant.ts'
import { err, ok, type Result } from '#domain/shared/result.ts'

export interface ShowTypingCommand {
  readonly accountId: AccountId
  /** The conversation's number as people see it. */
  readonly displayId: number
  readonly isOn: boolean
  /** Who types. */
  readonly userId: UserId
}

export type ShowTypingError = { readonly code: 'conversation.unknown' }

/** Shows the customer that an agent types, or no longer does, where the channel can and as often as is good. */
export type ShowTyping = (command: ShowTypingCommand) => Promise<Result<null, ShowTypingError>>

export const createShowTyping = (dependencies: ActQuietlyDependencies & { readonly queries: Queries }): ShowTyping => {
  const { channels, queries, unitOfWork, clock } = dependencies
  const actQuietly = createActQuietly(dependencies)

  const newsOf = ({ accountId, id }: ConversationView, isOn: boolean) => ({
    may: async (tx: Tx, at: Instant): Promise<boolean> => mayTell(await tx.typing.last(accountId, id), isOn, at),
    note: (tx: Tx, at: Instant): Promise<void> => tx.typing.save(accountId, id, { isOn, at }),
  })

  /** Where software of the account's own shows it to the customer. */
  const tell = async (conversation: ConversationView, { isOn, userId }: ShowTypingCommand): Promise<void> => {
    const user = await queries.user(userId)
    const channel = channels.get(conversation.channel)
    if (!user || !channel?.bridged) return
    const { id, name, email } = user
    const news = { name: isOn ? 'conversation_typing_on' : 'conversation_typing_off', user: { id, name, email } } as const
    const { may, note } = newsOf(conversation, isOn)
    await inOne(unitOfWork, async (tx) => {
      const at = clock.now()
      const locked = await tx.conversations.byId(conversation.accountId, conversation.id)
      if (!locked || !(await may(tx, at))) return
      await note(tx, at)
      await tellBridges(tx, [{ ...news, conversation: locked, channel }], at)
    })
  }

  return async (command) => {
    const { accountId, displayId, isOn } = command
    const conversation = await queries.conversation(accountId, displayId)
    if (!conversation) return err({ code: 'conversation.unknown' })
    if (channels.get(conversation.channel)?.bridged) await tell(conversation, command)
    else await actQuietly(conversation, { action: { kind: 'typing', isOn }, ...newsOf(conversation, isOn) })
    return ok(null)
  }
}
