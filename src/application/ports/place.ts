import type { Instant } from '#domain/shared/instant.ts'

/** One of the places in which a process runs jobs side by side. */
export interface Place {
  /**
   * Leaves the place to other jobs until then, and comes back to one. False where that is not possible, or no longer: the process stops, or
   * too many are away; then what is to be done later has to be written down.
   */
  leaveUntil(at: Instant): Promise<boolean>
}
