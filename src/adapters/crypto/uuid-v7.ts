import type { Ids } from '#application/ports/ids.ts'

const counterBits = 0x1000

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0')

/** RFC 9562, version 7: 48 bits of time, a 12 bit counter that starts somewhere low in each millisecond, 62 random bits. */
const format = (millisecond: number, counter: number, random: Uint32Array): string => {
  const [high = 0, low = 0] = random
  const time = hex(millisecond, 12)
  const variant = hex(0x8000 | (high & 0x3fff), 4)
  return `${time.slice(0, 8)}-${time.slice(8)}-7${hex(counter, 3)}-${variant}-${hex(high >>> 16, 4)}${hex(low, 8)}`
}

/** Asking for randomness costs more than an id: it is drawn for so many ids at once. */
const drawnAtOnce = 256

/** Ids of one source ascend, also within a millisecond and when the clock is set back. */
export const createIds = (now: () => number = Date.now): Ids => {
  const pool = new Uint32Array(3 * drawnAtOnce)
  let drawn = pool.length
  let millisecond = 0
  let counter = 0
  return {
    next() {
      if (drawn === pool.length) {
        crypto.getRandomValues(pool)
        drawn = 0
      }
      const random = pool.subarray(drawn, drawn + 3)
      drawn += 3
      const at = now()
      if (at > millisecond) {
        millisecond = at
        counter = (random[2] ?? 0) % (counterBits / 2)
      } else if (++counter === counterBits) {
        millisecond += 1
        counter = 0
      }
      return format(millisecond, counter, random)
    },
  }
}
