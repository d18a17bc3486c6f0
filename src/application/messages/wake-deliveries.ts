import { inBatches } from '#application/in-batches.ts'
import { type JobOutcome, jobDone } from '#application/job-outcome.ts'
import { deliveryJob } from '#application/messages/delivery-job.ts'
import type { Clock } from '#application/ports/clock.ts'
import type { UnitOfWork } from '#application/ports/unit-of-work.ts'
import { claimLease } from '#domain/message/delivery.ts'
import type { ConversationId } from '#domain/shared/ids.ts'

/**
 * Asks once more for the delivery of every conversation in which something is due: one whose job was lost, or whose worker died,
 * waits no longer than until the next run. Where a job waits already, nothing is added.
 */
export type WakeDeliveries = () => Promise<JobOutcome>

/** Conversations of one transaction. */
const batch = 500

interface Dependencies {
  readonly unitOfWork: UnitOfWork
  readonly clock: Clock
}

export const createWakeDeliveries =
  ({ unitOfWork, clock }: Dependencies): WakeDeliveries =>
  async () => {
    const now = clock.now()
    let after: ConversationId = 0
    await inBatches(unitOfWork, async (tx) => {
      const due = await tx.messages.conversationsDue({ dueBy: now, claimedBy: now - claimLease }, after, batch)
      await tx.jobs.enqueue(due.map((order) => deliveryJob(order)))
      after = due.at(-1)?.conversationId ?? after
      return due.length
    })
    return jobDone
  }
