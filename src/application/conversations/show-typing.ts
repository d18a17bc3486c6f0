import { inOne } from '#application/in-one.ts'
import type { OpenAccess } from '#application/inboxes/open-access.ts'
import { seePassages } from '#application/inboxes/provider-gates.ts'
import type { Channels } from '#application/ports/channel.ts'
import type { Clock } from '#application/ports/clock.ts'
import type { ConnectedInbox } from '#application/ports/inboxes.ts'
import type { ConversationView, Queries } from '#application/ports/queries.ts'
import type { UnitOfWork } from '#application/ports/unit-of-work.ts'
import { mayReply, replyWindow } from '#domain/conversation/reply-window.ts'
import { mayTell } from '#domain/conversation/typing.ts'
import { maySend } from '#domain/inbox/connection.ts'
import type { AccountId } from '#domain/shared/ids.ts'
import { err, ok, type Result } from '#domain/shared/result.ts'

export interface ShowTypingCommand {
  readonly accountId: AccountId
  /** The conversation's number as people see it. */
  readonly displayId: number
  readonly isOn: boolean
}

export type ShowTypingError = { readonly code: 'conversation.unknown' }

/**
 * Shows the customer that an agent types, or no longer does, where the channel can and as often as is good. Whether it worked nobody
 * is told: it is never waited for, never tried again, and says nothing of how the provider stands.
 */
export type ShowTyping = (command: ShowTypingCommand) => Promise<Result<null, ShowTypingError>>

interface Dependencies {
  readonly channels: Channels
  readonly queries: Queries
  readonly unitOfWork: UnitOfWork
  readonly openAccess: OpenAccess
  readonly clock: Clock
}

export const createShowTyping = ({ channels, queries, unitOfWork, openAccess, clock }: Dependencies): ShowTyping => {
  /** Notes that it is told now, where it is to be. */
  const take = (conversation: ConversationView, inbox: ConnectedInbox, isOn: boolean): Promise<boolean> =>
    inOne(unitOfWork, async (tx) => {
      const now = clock.now()
      const { accountId, id } = conversation
      const [passage] = await seePassages(tx, [inbox], now)
      if (passage?.may !== 'pass' || !mayTell(await tx.typing.last(accountId, id), isOn, now)) return false
      await tx.typing.save(accountId, id, { isOn, at: now })
      return true
    })

  return async ({ accountId, displayId, isOn }) => {
    const conversation = await queries.conversation(accountId, displayId)
    if (!conversation) return err({ code: 'conversation.unknown' })
    const channel = channels.get(conversation.channel)
    if (!channel?.act) return ok(null)
    const window = replyWindow(await channel.replyWindow(), conversation.lastIncomingAt, clock.now())
    if (!mayReply(window, true)) return ok(null)
    const access = await openAccess(accountId, conversation.inboxId)
    if (!access || !maySend(access.inbox.state) || !(await take(conversation, access.inbox, isOn))) return ok(null)
    await channel.act(access, conversation.contactInbox.sourceId, { kind: 'typing', isOn })
    return ok(null)
  }
}
