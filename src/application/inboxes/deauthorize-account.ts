import { tellOfState } from '#application/inboxes/change-state.ts'
import { type NoticeRefused, type PostedNotice, readNotice } from '#application/inboxes/read-notice.ts'
import type { Channels } from '#application/ports/channel.ts'
import type { Clock } from '#application/ports/clock.ts'
import type { UnitOfWork } from '#application/ports/unit-of-work.ts'
import { minutes } from '#domain/shared/instant.ts'
import { ok, type Result } from '#domain/shared/result.ts'

/**
 * The provider tells that the owner of an account took our access away: its token is deleted and its inbox disconnected, with all
 * that is in it kept. Being told twice changes nothing, nor does a notice that is older than the connection. Answers how many
 * inboxes it was about.
 */
export type DeauthorizeAccount = (posted: PostedNotice) => Promise<Result<number, NoticeRefused>>

interface Dependencies {
  readonly channels: Channels
  readonly unitOfWork: UnitOfWork
  readonly clock: Clock
}

/** The provider's clock may be behind ours, and counts whole seconds. */
const clockSkew = minutes(1)

const told = 'The owner of the account took the access away at the provider; an administrator has to connect it again.'

export const createDeauthorizeAccount =
  ({ channels, unitOfWork, clock }: Dependencies): DeauthorizeAccount =>
  async (posted) => {
    const notice = await readNotice(channels, posted)
    if (!notice.ok) return notice
    const issuedAt = notice.value.issuedAt ?? clock.now()
    return unitOfWork.run(async (tx) => {
      const inboxes = await tx.inboxes.ofProviderAccount(posted.channel, notice.value.accountKey)
      const meant = inboxes.filter(({ connectedAt }) => connectedAt <= issuedAt + clockSkew)
      for (const inbox of meant) {
        await tx.inboxes.cut(inbox.inboxId, told)
        await tellOfState(tx, inbox, 'disconnected', clock.now())
      }
      return ok(meant.length)
    })
  }
