import type { OpenAccess } from '#application/inboxes/open-access.ts'
import { type JobOutcome, jobDone, jobRetry } from '#application/job-outcome.ts'
import type { JobPayloads } from '#application/jobs.ts'
import type { Channels } from '#application/ports/channel.ts'
import type { UnitOfWork } from '#application/ports/unit-of-work.ts'
import { ok } from '#domain/shared/result.ts'

/** Asks the provider to push the events of a disconnected inbox no longer, then deletes its token. */
export type EndSubscription = (payload: JobPayloads['end-subscription']) => Promise<JobOutcome>

interface Dependencies {
  readonly channels: Channels
  readonly unitOfWork: UnitOfWork
  readonly openAccess: OpenAccess
}

export const createEndSubscription =
  ({ channels, unitOfWork, openAccess }: Dependencies): EndSubscription =>
  async ({ accountId, inboxId }) => {
    const access = await openAccess(accountId, inboxId)
    if (access?.inbox.state !== 'disconnected') return jobDone
    const { inbox } = access
    // The provider knows one subscription of the account: it may be another inbox's by now.
    const holders = await unitOfWork.run(async (tx) => ok(await tx.inboxes.byChannelKeys([inbox])))
    const unsubscribe = holders.ok && holders.value.length > 0 ? undefined : channels.get(inbox.channel)?.unsubscribe
    const ended = (await unsubscribe?.(access)) ?? ok(null)
    if (!ended.ok) {
      const outcome = jobRetry(ended.error)
      if (!outcome.done) return outcome
    }
    await unitOfWork.run(async (tx) => {
      const now = await tx.inboxes.find(accountId, inboxId)
      if (now?.state === 'disconnected') await tx.inboxes.cut(inboxId, null)
      else await tx.jobs.enqueue([{ name: 'subscribe-webhooks', key: String(inboxId), payload: { accountId, inboxId } }])
      return ok(null)
    })
    return jobDone
  }
