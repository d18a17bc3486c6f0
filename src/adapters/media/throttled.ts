import type { Downloads } from '#application/ports/downloads.ts'

/** What was not used may be caught up with, ms: timers come late. */
const credit = 20

/** The same downloads, but what comes by them, all together, comes no faster than so many bytes a second. */
export const throttled = (downloads: Downloads, bytesPerSecond: number): Downloads => {
  /** When all that has come would have come at that rate, by performance.now(). */
  let freeAt = 0

  async function* slowed(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of content) {
      yield chunk
      freeAt = Math.max(freeAt, performance.now() - credit) + (chunk.byteLength * 1000) / bytesPerSecond
      const wait = freeAt - performance.now()
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
    }
  }

  return { get: (url, limits, take) => downloads.get(url, limits, (content) => take(slowed(content))) }
}
