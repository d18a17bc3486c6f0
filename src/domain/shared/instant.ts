/** A point in time: milliseconds since 1970-01-01 UTC. */
export type Instant = number

/** A span of time in milliseconds. */
export type Duration = number

export const seconds = (n: number): Duration => n * 1000
export const minutes = (n: number): Duration => seconds(n * 60)
export const hours = (n: number): Duration => minutes(n * 60)
export const days = (n: number): Duration => hours(n * 24)

/** The later of two instants, where either may be missing. */
export const latest = (a: Instant | null, b: Instant | null): Instant | null => (a === null ? b : b === null ? a : Math.max(a, b))

/** The earlier of two instants, where either may be missing. */
export const earliest = (a: Instant | null, b: Instant | null): Instant | null => (a === null ? b : b === null ? a : Math.min(a, b))
