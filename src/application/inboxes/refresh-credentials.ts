import { type JobOutcome, jobDone } from '#application/job-outcome.ts'
import type { Clock } from '#application/ports/clock.ts'
import type { DueCredential } from '#application/ports/credentials.ts'
import type { UnitOfWork } from '#application/ports/unit-of-work.ts'
import { ok } from '#domain/shared/result.ts'

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
    for (let last: DueCredential | undefined; ; ) {
      const asked = await unitOfWork.run(async (tx) => {
        const due = await tx.credentials.due(now, page, last)
        await tx.jobs.enqueue(
          due.map(({ accountId, inboxId }) => ({ name: 'refresh-credential', key: String(inboxId), payload: { accountId, inboxId } })),
        )
        return ok(due)
      })
      if (!asked.ok || asked.value.length < page) return jobDone
      last = asked.value.at(-1)
    }
  }
