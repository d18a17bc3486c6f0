import { tellOfState } from '#application/inboxes/change-state.ts'
import { type EndSubscription, endPatience } from '#application/inboxes/end-subscription.ts'
import type { Channels } from '#application/ports/channel.ts'
import type { Clock } from '#application/ports/clock.ts'
import type { UnitOfWork } from '#application/ports/unit-of-work.ts'
import type { AccountId, InboxId } from '#domain/shared/ids.ts'
import { seconds } from '#domain/shared/instant.ts'
import { err, ok, type Result } from '#domain/shared/result.ts'

export type DisconnectInboxError = { readonly code: 'inbox.unknown' | 'inbox.not_connectable' }

/** Ends the connection of an inbox, keeps all that is in it, and sets the provider's account free to be connected elsewhere. */
export type DisconnectInbox = (command: {
  readonly accountId: AccountId
  readonly inboxId: InboxId
}) => Promise<Result<null, DisconnectInboxError>>

interface Dependencies {
  readonly channels: Channels
  readonly unitOfWork: UnitOfWork
  readonly clock: Clock
  readonly endSubscription: EndSubscription
}

export const createDisconnectInbox =
  ({ channels, unitOfWork, clock, endSubscription }: Dependencies): DisconnectInbox =>
  async (inbox) => {
    const { accountId, inboxId } = inbox
    const disconnected = await unitOfWork.run<null, DisconnectInboxError>(async (tx) => {
      const found = await tx.inboxes.lock(accountId, inboxId)
      if (!found) return err({ code: 'inbox.unknown' })
      if (!channels.get(found.channel)?.oauth) return err({ code: 'inbox.not_connectable' })
      if (found.state === 'disconnected') return ok(null)
      await tx.inboxes.setState(inboxId, 'disconnected', null)
      await tellOfState(tx, found, 'disconnected', clock.now())
      await tx.credentials.lookAt(inbox, clock.now() + endPatience)
      // We end the subscription right after the commit; the job is for the crash between the two.
      const job = { name: 'end-subscription', key: String(inboxId), payload: { accountId, inboxId } } as const
      await tx.jobs.enqueue([{ ...job, at: clock.now() + seconds(60) }])
      return ok(null)
    })
    if (disconnected.ok) await endSubscription(inbox)
    return disconnected
  }
