import { inBatches } from '#application/in-batches.ts'
import { type JobOutcome, jobDone } from '#application/job-outcome.ts'
import type { Channels } from '#application/ports/channel.ts'
import type { Clock } from '#application/ports/clock.ts'
import type { DueGapFill } from '#application/ports/gap-fills.ts'
import type { UnitOfWork } from '#application/ports/unit-of-work.ts'

/** Finds the inboxes that are due to be read at their provider, and asks for one job each. */
export type FindGaps = () => Promise<JobOutcome>

/** Inboxes of one transaction. */
const batch = 200

interface Dependencies {
  readonly channels: Channels
  readonly unitOfWork: UnitOfWork
  readonly clock: Clock
}

export const createFindGaps =
  ({ channels, unitOfWork, clock }: Dependencies): FindGaps =>
  async () => {
    const now = clock.now()
    const kinds = [...channels.values()].filter(({ history }) => history).map(({ kind }) => kind)
    let last: DueGapFill | undefined
    await inBatches(unitOfWork, async (tx) => {
      const due = await tx.gapFills.due(kinds, now, batch, last)
      await tx.jobs.enqueue(
        due.map(({ accountId, inboxId }) => ({ name: 'fill-gaps', key: String(inboxId), payload: { accountId, inboxId } }) as const),
      )
      last = due.at(-1) ?? last
      return due.length
    })
    return jobDone
  }
