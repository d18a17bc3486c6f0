import type { Json } from '#application/intake/channel-event.ts'
import type { IntakeEventView, IntakeState } from '#application/ports/queries.ts'
import type { IntakeEventId } from '#domain/shared/ids.ts'
import type { Instant } from '#domain/shared/instant.ts'

/** Reads of the intake log, for whoever watches over the installation. */
export interface IntakeRecords {
  /** Newest first, 25 a page. */
  intakeEvents(filter: {
    readonly state?: IntakeState
    readonly since?: Instant
    readonly until?: Instant
    readonly page: number
  }): Promise<{ readonly count: number; readonly page: readonly IntakeEventView[] }>
  intakeEvent(id: IntakeEventId): Promise<(IntakeEventView & { readonly payload: Json; readonly body: Uint8Array | null }) | undefined>
  /** How many events stand in each state other than done, by their reason; requests that nobody has read are pending, as `unread`. */
  intakeCounts(): Promise<readonly { readonly state: IntakeState; readonly reason: string | null; readonly count: number }[]>
  /** How many events wait, and how old the oldest of them is (ms at `now`). */
  intakeBacklog(now: Instant): Promise<{ readonly pending: number; readonly oldestMs: number }>
}
