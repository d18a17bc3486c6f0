import type { OpenAccess } from '#application/inboxes/open-access.ts'
import type { ReportRefusal } from '#application/inboxes/report-refusal.ts'
import { type JobOutcome, jobDone, jobRetry } from '#application/job-outcome.ts'
import type { JobPayloads } from '#application/jobs.ts'
import type { Channels } from '#application/ports/channel.ts'
import type { UnitOfWork } from '#application/ports/unit-of-work.ts'
import { maySend } from '#domain/inbox/connection.ts'
import { ok } from '#domain/shared/result.ts'

/** Asks the provider to push an inbox's events to us and writes down whether it agreed; tried again while it did not. */
export type SubscribeWebhooks = (payload: JobPayloads['subscribe-webhooks']) => Promise<JobOutcome>

interface Dependencies {
  readonly channels: Channels
  readonly unitOfWork: UnitOfWork
  readonly openAccess: OpenAccess
  readonly reportRefusal: ReportRefusal
}

export const createSubscribeWebhooks =
  ({ channels, unitOfWork, openAccess, reportRefusal }: Dependencies): SubscribeWebhooks =>
  async ({ accountId, inboxId }) => {
    const access = await openAccess(accountId, inboxId)
    const subscribe = access && channels.get(access.inbox.channel)?.subscribe
    if (!subscribe || !maySend(access.inbox.state)) return jobDone
    const subscribed = await subscribe(access)
    const problem = subscribed.ok ? null : `The provider did not accept the webhook subscription: ${subscribed.error.detail.message}`
    await unitOfWork.run(async (tx) => {
      await tx.inboxes.setSubscribed(inboxId, subscribed.ok, problem)
      return ok(null)
    })
    if (subscribed.ok) return jobDone
    await reportRefusal(access, subscribed.error)
    return jobRetry(subscribed.error)
  }
