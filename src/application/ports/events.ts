import type { BusinessEvent } from '#application/events.ts'
import type { Instant } from '#domain/shared/instant.ts'

/** What happened, for whoever is to be told of it: written in the transaction that made it happen. */
export interface Events {
  append(events: readonly BusinessEvent[]): Promise<void>
  /** Deletes up to `limit` events of before `before` of which nobody is still to be told; answers how many. */
  prune(before: Instant, limit: number): Promise<number>
}
