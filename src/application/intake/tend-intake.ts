import { inBatches } from '#application/in-batches.ts'
import { inOne } from '#application/in-one.ts'
import { type JobOutcome, jobDone } from '#application/job-outcome.ts'
import type { Clock } from '#application/ports/clock.ts'
import type { Logger } from '#application/ports/logger.ts'
import type { UnitOfWork } from '#application/ports/unit-of-work.ts'
import { type Duration, days, hours } from '#domain/shared/instant.ts'

/**
 * Keeps the intake log and the business events within their bounds, in small transactions that stand in nobody's way, and looks
 * once more at what waits: a wake that was lost between two processes is found within the hour.
 */
export type TendIntake = () => Promise<JobOutcome>

/** Rows of one transaction. */
const batch = 500

/** A receipt, edit or reaction waits this long for its message. */
const patience = days(7)

/** Twice the time between two runs. */
const recent = hours(2)

interface Dependencies {
  readonly unitOfWork: UnitOfWork
  readonly clock: Clock
  readonly logger: Logger
  /** How long bodies, done events and business events are kept, ms. */
  readonly retention: Duration
}

export const createTendIntake =
  ({ unitOfWork, clock, logger, retention }: Dependencies): TendIntake =>
  async () => {
    const now = clock.now()
    await inOne(unitOfWork, (tx) => tx.intake.retryWaiting(now - recent))
    const givenUp = await inBatches(unitOfWork, ({ intake }) => intake.giveUpWaiting(now - patience, batch))
    const pruned = await inBatches(unitOfWork, ({ intake }) => intake.prune(now - retention, batch))
    const forgotten = await inBatches(unitOfWork, ({ events }) => events.prune(now - retention, batch))
    if (givenUp + pruned + forgotten > 0) logger.info('intake.tended', { givenUp, pruned, forgotten })
    return jobDone
  }
