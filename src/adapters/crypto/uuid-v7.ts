import type { Ids } from '#application/ports/ids.ts'

const counterBits = 0x1000

/** Two digits of each byte. */
const hex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** Asking for randomness costs more than an id: it is drawn for so many ids at once, eight bytes each. */
const drawnAtOnce = 256

/**
 * RFC 9562, version 7: 48 bits of time, a 12 bit counter that starts somewhere low in each millisecond, 62 random bits. Ids of one
 * source ascend, also within a millisecond and when the clock is set back.
 */
export const createIds = (now: () => number = Date.now): Ids => {
  const pool = new Uint8Array(8 * drawnAtOnce)
  let drawn = pool.length
  let millisecond = -1
  let time = ''
  let counter = 0

  const enter = (at: number, first: number): void => {
    const digits = at.toString(16).padStart(12, '0')
    time = `${digits.slice(0, 8)}-${digits.slice(8)}-7`
    millisecond = at
    counter = first
  }

  const byte = (): string => hex[pool[drawn++] ?? 0] ?? ''

  return {
    next() {
      if (drawn === pool.length) {
        crypto.getRandomValues(pool)
        drawn = 0
      }
      const at = now()
      if (at > millisecond) enter(at, ((pool[drawn] ?? 0) << 3) | ((pool[drawn + 1] ?? 0) & 7))
      else if (++counter === counterBits) enter(millisecond + 1, 0)
      const count = `${hex[counter >>> 4]}${(counter & 0xf).toString(16)}`
      const variant = hex[0x80 | ((pool[drawn++] ?? 0) & 0x3f)]
      return `${time}${count}-${variant}${byte()}-${byte()}${byte()}${byte()}${byte()}${byte()}${byte()}`
    },
  }
}
