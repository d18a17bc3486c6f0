import { inOne } from '#application/in-one.ts'
import type { ApplyEvents, IntakeRules } from '#application/intake/apply-events.ts'
import { lookAgain } from '#application/intake/look-again.ts'
import type { ReadArrivals } from '#application/intake/read-arrivals.ts'
import type { Clock } from '#application/ports/clock.ts'
import type { SettledEvent, StoredEvent } from '#application/ports/intake.ts'
import type { Logger } from '#application/ports/logger.ts'
import type { Settings } from '#application/ports/settings.ts'
import type { UnitOfWork } from '#application/ports/unit-of-work.ts'
import { type Duration, seconds } from '#domain/shared/instant.ts'

/** Reads what came in and applies a batch of what waits, of `atMost` events where that is given. */
export type ProcessIntake = (options?: { readonly atMost?: number }) => Promise<Processed>

export interface Processed {
  /** Requests and events that it got through. Zero: nothing was due. */
  readonly settled: number
  /** The events among them. */
  readonly applied: number
  /** Whether it applied as many together as it would. */
  readonly isFull: boolean
}

/** How many events one transaction applies, and how long it should take: while an embedded database applies, it takes in nothing. */
const batchSizes = { least: 16, most: 500 }
const batchTime = { short: 60, long: 250 }

/** More is read than applied, which is cheap, so that a flood from one account does not hide what came behind it. */
const readAhead = 2

/** The size of the next batch: half where the last one took long, double where it was full and short. */
const nextSize = (size: number, applied: number, took: Duration): number => {
  if (took > batchTime.long) return Math.max(batchSizes.least, Math.floor(size / 2))
  return took < batchTime.short && applied === size ? Math.min(batchSizes.most, size * 2) : size
}

/** An event that keeps failing is parked after this many tries, so that it is in nobody's way. */
const maxAttempts = 5

const retryDelay = (attempts: number): Duration => seconds(2 ** attempts / 2)

interface Dependencies {
  readonly unitOfWork: UnitOfWork
  readonly readArrivals: ReadArrivals
  readonly applyEvents: ApplyEvents
  readonly settings: Settings
  readonly clock: Clock
  readonly logger: Logger
}

const sentence = (error: unknown): string => (error instanceof Error ? error.message : String(error)).slice(0, 300)

export const createProcessIntake = ({ unitOfWork, readArrivals, applyEvents, settings, clock, logger }: Dependencies): ProcessIntake => {
  const readRules = async (): Promise<IntakeRules> => {
    const reviewInboxId = Number((await settings.read()).get('REVIEW_INBOX_ID') ?? Number.NaN)
    return { reviewInboxId: Number.isSafeInteger(reviewInboxId) ? reviewInboxId : undefined }
  }

  /** `claimed` hears what is tried, before it may fail. */
  const applyBatch = async (rules: IntakeRules, limit: number, claimed: (events: readonly StoredEvent[]) => void = () => {}) => {
    const { events, settled } = await inOne(unitOfWork, async (tx) => {
      const events = await tx.intake.claim(limit, clock.now())
      claimed(events)
      const settled = await applyEvents(tx, events, rules)
      await tx.intake.settle(settled)
      return { events, settled }
    })
    await lookAgain(unitOfWork, events, settled)
    return events.length
  }

  const failed = (event: StoredEvent, error: unknown): SettledEvent => {
    const attempts = event.attempts + 1
    const reason = sentence(error)
    logger.warn('intake.event_failed', { intakeEventId: event.id, kind: event.kind, attempts, error })
    if (attempts >= maxAttempts) return { id: event.id, outcome: { state: 'parked', reason } }
    return { id: event.id, outcome: { state: 'pending', reason, dueAt: clock.now() + retryDelay(attempts) } }
  }

  /** One event alone. Its failure is counted in a transaction of its own, since the one that failed is gone. */
  const applyOne = async (rules: IntakeRules): Promise<number> => {
    let current: StoredEvent | undefined
    try {
      return await applyBatch(rules, 1, ([event]) => {
        current = event
      })
    } catch (error) {
      if (!current) throw error
      const settled = failed(current, error)
      await inOne(unitOfWork, (tx) => tx.intake.noteFailure([settled]))
      return 1
    }
  }

  let size = batchSizes.least * 4

  const apply = async (atMost: number): Promise<Pick<Processed, 'applied' | 'isFull'>> => {
    const rules = await readRules()
    try {
      const began = clock.now()
      const limit = Math.min(size, atMost)
      const applied = await applyBatch(rules, limit)
      if (limit === size) size = nextSize(size, applied, clock.now() - began)
      return { applied, isFull: applied === limit }
    } catch (error) {
      logger.warn('intake.batch_failed', { error })
      let applied = 0
      for (let n = 0; n < batchSizes.most; n++) {
        const one = await applyOne(rules)
        if (one === 0) break
        applied += one
      }
      return { applied, isFull: false }
    }
  }

  return async ({ atMost = batchSizes.most } = {}) => {
    const read = await readArrivals(readAhead * Math.min(size, atMost))
    const { applied, isFull } = await apply(atMost)
    return { settled: read + applied, applied, isFull }
  }
}
