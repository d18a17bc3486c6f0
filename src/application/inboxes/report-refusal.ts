import { inOne } from '#application/in-one.ts'
import { changeState } from '#application/inboxes/change-state.ts'
import type { OpenedAccess } from '#application/inboxes/open-access.ts'
import type { ChannelError } from '#application/ports/channel.ts'
import type { Clock } from '#application/ports/clock.ts'
import type { UnitOfWork } from '#application/ports/unit-of-work.ts'

/**
 * Writes on the inbox that the token with which it was called no longer works, where that is what the provider said. A token that
 * has been replaced in the meantime says nothing of the one that is there now.
 */
export type ReportRefusal = (access: OpenedAccess, error: ChannelError) => Promise<void>

interface Dependencies {
  readonly unitOfWork: UnitOfWork
  readonly clock: Clock
}

export const createReportRefusal =
  ({ unitOfWork, clock }: Dependencies): ReportRefusal =>
  async ({ inbox: { accountId, inboxId }, issuedAt }, error) => {
    if (error.code !== 'channel.unauthorized') return
    await inOne(unitOfWork, async (tx) => {
      const inbox = await tx.inboxes.lock(accountId, inboxId)
      if (inbox && (await tx.credentials.retire({ accountId, inboxId, issuedAt })))
        await changeState(tx, inbox, 'refused', clock.now(), error.detail.message)
    })
  }
