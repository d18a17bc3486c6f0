import { inBatches } from '#application/in-batches.ts'
import { type JobOutcome, jobDone } from '#application/job-outcome.ts'
import { keyLifetime } from '#application/messages/write-once.ts'
import type { Clock } from '#application/ports/clock.ts'
import type { UnitOfWork } from '#application/ports/unit-of-work.ts'

/** Deletes request keys that stand for nothing any more, with the answers kept for them, in small transactions. */
export type ForgetAnswers = () => Promise<JobOutcome>

/** Keys of one transaction. */
const batch = 500

interface Dependencies {
  readonly unitOfWork: UnitOfWork
  readonly clock: Clock
}

export const createForgetAnswers =
  ({ unitOfWork, clock }: Dependencies): ForgetAnswers =>
  async () => {
    const before = clock.now() - keyLifetime
    await inBatches(unitOfWork, (tx) => tx.requestKeys.prune(before, batch))
    return jobDone
  }
