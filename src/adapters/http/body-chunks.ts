/** Of a request that was refused, so much is still read, so that its sender hears why. */
export const mostDrained = 64 * 1024 * 1024

/** The body broke off. */
export class Unreadable extends Error {}

/** More came than anybody wants to read. */
export class Enough extends Error {}

/** A body as it comes. */
export async function* chunksOf(body: ReadableStream<Uint8Array>, isEnough: (read: number) => boolean): AsyncGenerator<Uint8Array> {
  const reader = body.getReader()
  let size = 0
  for (;;) {
    const { done, value } = await reader.read().catch((cause: unknown) => {
      throw new Unreadable('The body did not arrive whole.', { cause })
    })
    if (done) return
    size += value.length
    if (isEnough(size)) {
      await reader.cancel().catch(() => {})
      throw new Enough()
    }
    yield value
  }
}
