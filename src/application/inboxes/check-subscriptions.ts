import { inBatches } from '#application/in-batches.ts'
import { type JobOutcome, jobDone } from '#application/job-outcome.ts'
import type { Channels } from '#application/ports/channel.ts'
import type { Clock } from '#application/ports/clock.ts'
import type { UnitOfWork } from '#application/ports/unit-of-work.ts'
import { spread } from '#domain/shared/hash.ts'
import { days, hours, seconds } from '#domain/shared/instant.ts'

/**
 * Has each connected account's subscription asked for again: once a day, and every hour where the provider did not agree. A
 * subscription that was lost at the provider looks like silence here, so nobody would notice.
 */
export type CheckSubscriptions = () => Promise<JobOutcome>

/** Inboxes of one transaction. */
const batch = 200

/** The calls of one run are spread over so many seconds. */
const span = 3000

interface Dependencies {
  readonly channels: Channels
  readonly unitOfWork: UnitOfWork
  readonly clock: Clock
}

export const createCheckSubscriptions =
  ({ channels, unitOfWork, clock }: Dependencies): CheckSubscriptions =>
  async () => {
    const now = clock.now()
    const kinds = [...channels.values()].filter(({ subscribe }) => subscribe).map(({ kind }) => kind)
    await inBatches(unitOfWork, async (tx) => {
      const due = await tx.inboxes.takeSubscriptionChecks({
        kinds,
        agreedBefore: now - days(1),
        refusedBefore: now - hours(1),
        now,
        limit: batch,
      })
      await tx.jobs.enqueue(
        due.map((inbox) => {
          const key = String(inbox.inboxId)
          return { name: 'subscribe-webhooks', key, payload: { ...inbox, again: true }, at: now + seconds(spread(key, span)) } as const
        }),
      )
      return due.length
    })
    return jobDone
  }
