import { inOne } from '#application/in-one.ts'
import type { OpenAccess } from '#application/inboxes/open-access.ts'
import { seePassages } from '#application/inboxes/provider-gates.ts'
import type { Channels } from '#application/ports/channel.ts'
import type { Clock } from '#application/ports/clock.ts'
import type { ChannelAction } from '#application/ports/outgoing.ts'
import type { ConversationView } from '#application/ports/queries.ts'
import type { Tx, UnitOfWork } from '#application/ports/unit-of-work.ts'
import { mayReply, replyWindow } from '#domain/conversation/reply-window.ts'
import { maySend } from '#domain/inbox/connection.ts'
import type { Instant } from '#domain/shared/instant.ts'

/**
 * Does at the provider what an agent does here, where the channel can and nothing stands against it now. Whether it worked nobody is
 * told: it is never tried again, and says nothing of how the provider stands. `may` is asked last, in a transaction.
 */
export type ActQuietly = (
  conversation: ConversationView,
  action: ChannelAction,
  may: (tx: Tx, now: Instant) => Promise<boolean>,
) => Promise<void>

export interface ActQuietlyDependencies {
  readonly channels: Channels
  readonly unitOfWork: UnitOfWork
  readonly openAccess: OpenAccess
  readonly clock: Clock
}

export const createActQuietly =
  ({ channels, unitOfWork, openAccess, clock }: ActQuietlyDependencies): ActQuietly =>
  async (conversation, action, may) => {
    const channel = channels.get(conversation.channel)
    if (!channel?.act) return
    const window = replyWindow(await channel.replyWindow(), conversation.lastIncomingAt, clock.now())
    if (!mayReply(window, true)) return
    const access = await openAccess(conversation.accountId, conversation.inboxId)
    if (!access || !maySend(access.inbox.state)) return
    const isAllowed = await inOne(unitOfWork, async (tx) => {
      const now = clock.now()
      const [passage] = await seePassages(tx, [access.inbox], now)
      return passage?.may === 'pass' && (await may(tx, now))
    })
    if (isAllowed) await channel.act(access, conversation.contactInbox.sourceId, action)
  }
