import { inOne } from '#application/in-one.ts'
import type { OpenAccess } from '#application/inboxes/open-access.ts'
import type { ReportRefusal } from '#application/inboxes/report-refusal.ts'
import { askGapFill } from '#application/intake/ask-gap-fill.ts'
import { type JobOutcome, jobDone, jobRetry } from '#application/job-outcome.ts'
import type { JobPayloads } from '#application/jobs.ts'
import type { Channels } from '#application/ports/channel.ts'
import type { Clock } from '#application/ports/clock.ts'
import type { UnitOfWork } from '#application/ports/unit-of-work.ts'
import { maySend } from '#domain/inbox/connection.ts'

/**
 * Asks the provider to push an inbox's events to us and writes down whether it agreed; tried again while it did not. Where it had not
 * pushed until now, what was written meanwhile is read.
 */
export type SubscribeWebhooks = (payload: JobPayloads['subscribe-webhooks']) => Promise<JobOutcome>

interface Dependencies {
  readonly channels: Channels
  readonly unitOfWork: UnitOfWork
  readonly openAccess: OpenAccess
  readonly reportRefusal: ReportRefusal
  readonly clock: Clock
}

export const createSubscribeWebhooks =
  ({ channels, unitOfWork, openAccess, reportRefusal, clock }: Dependencies): SubscribeWebhooks =>
  async ({ accountId, inboxId, again = false }) => {
    const access = await openAccess(accountId, inboxId)
    const channel = access && channels.get(access.inbox.channel)
    const subscribe = channel?.subscribe
    if (!access || !subscribe || !maySend(access.inbox.state)) return jobDone
    const wasLost = again && (await channel.isSubscribed?.(access)) === false
    const subscribed = await subscribe(access)
    const problem = subscribed.ok ? null : `The provider did not accept the webhook subscription: ${subscribed.error.detail.message}`
    const isLeft = await inOne(unitOfWork, async (tx) => {
      const inbox = await tx.inboxes.lock(accountId, inboxId)
      if (inbox && maySend(inbox.state)) {
        const before = await tx.inboxes.setSubscribed(inboxId, subscribed.ok, problem)
        if (subscribed.ok && (wasLost || !before)) await askGapFill(tx, { accountId, inboxId }, clock.now())
      }
      return inbox?.state === 'disconnected' && (await tx.inboxes.byChannelKeys([inbox])).length === 0
    })
    if (subscribed.ok) {
      // It was disconnected while we asked: its own end of the subscription may have come first.
      if (isLeft) await channel.unsubscribe?.(access)
      return jobDone
    }
    await reportRefusal(access, subscribed.error)
    return jobRetry(subscribed.error)
  }
