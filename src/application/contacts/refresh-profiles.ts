import { inBatches } from '#application/in-batches.ts'
import { type JobOutcome, jobDone } from '#application/job-outcome.ts'
import type { Clock } from '#application/ports/clock.ts'
import type { UnitOfWork } from '#application/ports/unit-of-work.ts'
import { profileInterest } from '#domain/contact/contact.ts'
import { spread } from '#domain/shared/hash.ts'
import { days, seconds } from '#domain/shared/instant.ts'

/** Has the profiles looked at again that have grown old, of people who wrote lately. Names, counts and pictures change. */
export type RefreshProfiles = () => Promise<JobOutcome>

/** Profiles of one transaction, and of one run; the rest is for the next one. */
const batch = 200
const mostInOneRun = 2000

/** The calls of one run are spread over so many seconds. */
const span = 3000

interface Dependencies {
  readonly unitOfWork: UnitOfWork
  readonly clock: Clock
}

export const createRefreshProfiles =
  ({ unitOfWork, clock }: Dependencies): RefreshProfiles =>
  async () => {
    const now = clock.now()
    let left = mostInOneRun
    await inBatches(unitOfWork, async (tx) => {
      if (left <= 0) return 0
      const which = { now, again: now + days(1), activeSince: now - profileInterest, limit: batch }
      const { taken, active } = await tx.contacts.takeStaleProfiles(which)
      left -= active.length
      await tx.jobs.enqueue(
        active.map((payload) => {
          const key = String(payload.contactInboxId)
          return { name: 'fetch-profile', key, payload, at: now + seconds(spread(key, span)) } as const
        }),
      )
      return taken
    })
    return jobDone
  }
