import { inBatches } from '#application/in-batches.ts'
import { type JobOutcome, jobDone } from '#application/job-outcome.ts'
import { mediaJob } from '#application/media/media-job.ts'
import type { Clock } from '#application/ports/clock.ts'
import type { UnitOfWork } from '#application/ports/unit-of-work.ts'
import { minutes } from '#domain/shared/instant.ts'

/** Asks once more for every file that is overdue: one whose job was lost waits no longer than until the next run. */
export type WakeMedia = () => Promise<JobOutcome>

interface Dependencies {
  readonly unitOfWork: UnitOfWork
  readonly clock: Clock
}

/** Files of one transaction. */
const batch = 500

/** So long a job may have been at work. */
const grace = minutes(2)

export const createWakeMedia =
  ({ unitOfWork, clock }: Dependencies): WakeMedia =>
  async () => {
    const overdue = clock.now() - grace
    for (const kind of ['attachments', 'avatars'] as const) {
      let after = 0
      await inBatches(unitOfWork, async (tx) => {
        const due = await tx.media.due(kind, overdue, after, batch)
        await tx.jobs.enqueue(due.map((ref) => mediaJob(ref)))
        after = due.at(-1)?.id ?? after
        return due.length
      })
    }
    return jobDone
  }
