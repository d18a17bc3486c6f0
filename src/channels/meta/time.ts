import type { Json } from '#application/intake/channel-event.ts'
import { type Instant, minutes } from '#domain/shared/instant.ts'

/** From here on a number means milliseconds: as seconds it would lie beyond the year 33,000. */
const milliseconds = 1e12

/** Milliseconds, seconds, either as text, or ISO, in which Meta leaves out the colon of the offset; NaN for what is no time. */
export const readTime = (value: Json | undefined): Instant => {
  if (typeof value === 'number') return value >= milliseconds ? value : value * 1000
  if (typeof value !== 'string') return Number.NaN
  return /^\d+(\.\d+)?$/.test(value) ? readTime(Number(value)) : Date.parse(value.replace(/([+-]\d\d)(\d\d)$/, '$1:$2'))
}

/** Meta was founded later than this; an earlier time is a mistake. */
const earliest = Date.UTC(2004, 0)

/**
 * The first of `values` that is a time: Meta sends milliseconds, seconds, either as text, and ISO. A time in the future or out
 * of reason is not believed; without a believable one it is `receivedAt`.
 */
export const metaTime = (receivedAt: Instant, ...values: readonly (Json | undefined)[]): Instant => {
  const believable = values.map(readTime).find((at) => at >= earliest && at <= receivedAt + minutes(5))
  return believable === undefined ? receivedAt : Math.floor(believable)
}
