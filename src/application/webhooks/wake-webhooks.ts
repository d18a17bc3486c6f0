import { inBatches } from '#application/in-batches.ts'
import { type JobOutcome, jobDone } from '#application/job-outcome.ts'
import type { Clock } from '#application/ports/clock.ts'
import type { UnitOfWork } from '#application/ports/unit-of-work.ts'
import { webhookJob } from '#application/webhooks/webhook-job.ts'
import type { InboxId } from '#domain/shared/ids.ts'

/** Asks once more for the deliveries of every inbox in which something is due: for jobs that were lost and workers that died. */
export type WakeWebhooks = () => Promise<JobOutcome>

/** Inboxes of one transaction. */
const batch = 500

interface Dependencies {
  readonly unitOfWork: UnitOfWork
  readonly clock: Clock
}

export const createWakeWebhooks =
  ({ unitOfWork, clock }: Dependencies): WakeWebhooks =>
  async () => {
    const now = clock.now()
    let after: InboxId = 0
    await inBatches(unitOfWork, async (tx) => {
      const due = await tx.webhooks.inboxesDue(now, after, batch)
      await tx.jobs.enqueue(due.map((inbox) => webhookJob(inbox)))
      after = due.at(-1)?.inboxId ?? after
      return due.length
    })
    return jobDone
  }
