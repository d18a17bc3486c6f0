import { tellOfState } from '#application/inboxes/change-state.ts'
import { type NoticeRefused, type PostedNotice, readNotice } from '#application/inboxes/read-notice.ts'
import type { Channels } from '#application/ports/channel.ts'
import type { Clock } from '#application/ports/clock.ts'
import type { Ids } from '#application/ports/ids.ts'
import type { UnitOfWork } from '#application/ports/unit-of-work.ts'
import { ok, type Result } from '#domain/shared/result.ts'

/**
 * The owner of an account asks the provider to have us delete what we keep of it: its inboxes are disconnected at once, and the rest
 * is a job's. Answers the code to ask after it with; a request that is repeated has the same one.
 */
export type RequestDataDeletion = (posted: PostedNotice) => Promise<Result<string, NoticeRefused>>

interface Dependencies {
  readonly channels: Channels
  readonly unitOfWork: UnitOfWork
  readonly clock: Clock
  readonly ids: Ids
}

const told = 'The owner of the account asked for the deletion of its data; what was in this inbox is deleted.'

export const createRequestDataDeletion =
  ({ channels, unitOfWork, clock, ids }: Dependencies): RequestDataDeletion =>
  async (posted) => {
    const notice = await readNotice(channels, posted)
    if (!notice.ok) return notice
    const { channel } = posted
    const { accountKey, issuedAt } = notice.value
    const now = clock.now()
    return unitOfWork.run(async (tx) => {
      const wanted = { code: ids.next().replaceAll('-', ''), channel, accountKey, issuedAt: issuedAt ?? now, requestedAt: now }
      const { code, isNew } = await tx.dataDeletions.request(wanted)
      if (!isNew) return ok(code)
      for (const inbox of await tx.inboxes.ofProviderAccount(channel, accountKey)) {
        await tx.inboxes.cut(inbox.inboxId, told)
        await tellOfState(tx, inbox, 'disconnected', now)
      }
      await tx.jobs.enqueue([{ name: 'erase-account', key: code, payload: { code } }])
      return ok(code)
    })
  }
