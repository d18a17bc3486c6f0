import type { Instant } from '#domain/shared/instant.ts'

/** Chatwoot's JSON counts whole seconds. */
export const seconds = (at: Instant): number => Math.floor(at / 1000)

/** For the fields where Chatwoot writes 0 for "never". */
export const secondsOrZero = (at: Instant | null): number => (at === null ? 0 : seconds(at))

export const secondsOrNull = (at: Instant | null): number | null => (at === null ? null : seconds(at))

export const isoOrNull = (at: Instant | null): string | null => (at === null ? null : new Date(at).toISOString())
