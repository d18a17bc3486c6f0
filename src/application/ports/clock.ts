import type { Instant } from '#domain/shared/instant.ts'

export interface Clock {
  now(): Instant
}

/** Resolves when this time has come: at once where it has. For moments; whatever is later is a job. */
export type WaitUntil = (at: Instant) => Promise<void>
