import { spread } from '#domain/shared/hash.ts'
import { type Duration, seconds } from '#domain/shared/instant.ts'

/**
 * How long to wait after so many failures in a row: about 2 s, then twice as long each time, up to about 5 minutes. A quarter more
 * or less, by `key`, so that what failed together does not come back together.
 */
export const backoff = (failures: number, key: string): Duration => {
  const even = Math.min(seconds(2 ** failures), seconds(300))
  return Math.floor(even * (0.75 + spread(`${key} ${failures}`, 1000) / 2000))
}
