import { inOne } from '#application/in-one.ts'
import type { OpenAccess } from '#application/inboxes/open-access.ts'
import { turnNow } from '#application/inboxes/pacing.ts'
import { seePassages } from '#application/inboxes/provider-gates.ts'
import type { Channels } from '#application/ports/channel.ts'
import type { Clock } from '#application/ports/clock.ts'
import type { ChannelAction } from '#application/ports/outgoing.ts'
import type { ConversationView } from '#application/ports/queries.ts'
import type { Tx, UnitOfWork } from '#application/ports/unit-of-work.ts'
import { mayReply, replyWindow } from '#domain/conversation/reply-window.ts'
import { maySend } from '#domain/inbox/connection.ts'
import type { Instant } from '#domain/shared/instant.ts'

/** An action, and what is remembered of it. Both are asked in the transaction that decides. */
export interface QuietAction {
  readonly action: ChannelAction
  /** Is it worth doing? */
  readonly may?: (tx: Tx, now: Instant) => Promise<boolean>
  /** It is done. */
  readonly note?: (tx: Tx, now: Instant) => Promise<void>
}

/**
 * Does at the provider what an agent does here, where the channel can and nothing stands against it now. Whether it worked nobody is
 * told: it is never tried again, and says nothing of how the provider stands. Where the account may not be called at this moment it is
 * left out, since it is worth nothing later.
 */
export type ActQuietly = (conversation: ConversationView, quiet: QuietAction) => Promise<void>

export interface ActQuietlyDependencies {
  readonly channels: Channels
  readonly unitOfWork: UnitOfWork
  readonly openAccess: OpenAccess
  readonly clock: Clock
}

export const createActQuietly =
  ({ channels, unitOfWork, openAccess, clock }: ActQuietlyDependencies): ActQuietly =>
  async (conversation, { action, may = async () => true, note = async () => {} }) => {
    const channel = channels.get(conversation.channel)
    if (!channel?.act) return
    const window = replyWindow(await channel.replyWindow(), conversation.lastIncomingAt, clock.now())
    if (!mayReply(window, true)) return
    const access = await openAccess(conversation.accountId, conversation.inboxId)
    if (!access || !maySend(access.inbox.state)) return
    const rates = await channel.rates?.()
    const isAllowed = await inOne(unitOfWork, async (tx) => {
      const now = clock.now()
      const [passage] = await seePassages(tx, [access.inbox], now)
      if (passage?.may !== 'pass' || !(await may(tx, now))) return false
      const call = { inbox: access.inbox, kind: 'texts', rates, patience: 0, isUrgent: false } as const
      if ((await turnNow(tx, call, now)) === undefined) return false
      await note(tx, now)
      return true
    })
    if (isAllowed) await channel.act(access, conversation.contactInbox.sourceId, action)
  }
