import { inBatches } from '#application/in-batches.ts'
import { type JobOutcome, jobDone } from '#application/job-outcome.ts'
import type { Clock } from '#application/ports/clock.ts'
import type { DueCredential } from '#application/ports/credentials.ts'
import type { UnitOfWork } from '#application/ports/unit-of-work.ts'

/** Finds the tokens that are due for a refresh, and asks for one job each. */
export type RefreshCredentials = () => Promise<JobOutcome>

/** Tokens of one transaction. */
const page = 200

interface Dependencies {
  readonly unitOfWork: UnitOfWork
  readonly clock: Clock
}

export const createRefreshCredentials =
  ({ unitOfWork, clock }: Dependencies): RefreshCredentials =>
  async () => {
    const now = clock.now()
    let last: DueCredential | undefined
    await inBatches(unitOfWork, async (tx) => {
      const due = await tx.credentials.due(now, page, last)
      await tx.jobs.enqueue(
        due.map(({ accountId, inboxId }) => ({ name: 'refresh-credential', key: String(inboxId), payload: { accountId, inboxId } })),
      )
      last = due.at(-1) ?? last
      return due.length
    })
    return jobDone
  }
