import type { IncomingMessage } from 'node:http'
import { answerOf, createPosts } from '#adapters/media/posts.ts'
import { createSafeRequest, type SafeRequestOptions } from '#adapters/media/safe-request.ts'
import { parseWebAddress } from '#adapters/media/web-address.ts'
import type { Posts } from '#application/ports/posts.ts'

/** What is left of an answer of more bytes is not read: nobody needs it. */
const mostRead = 16_384

/** Reads a short answer to its end, so that the other side sees its call finished, and hangs up on a long or slow one. */
const leave = (response: IncomingMessage, signal: AbortSignal): void => {
  let read = 0
  response.on('data', (chunk: Buffer) => {
    read += chunk.byteLength
    if (read > mostRead) response.destroy()
  })
  const hangUp = setTimeout(() => response.destroy(), 1_000)
  signal.addEventListener('abort', () => response.destroy(), { once: true })
  response.once('close', () => clearTimeout(hangUp))
}

/** Posts that no address leads astray, as downloads are. */
export const createSafePosts = (options: SafeRequestOptions): Posts => {
  const request = createSafeRequest(options)
  return createPosts({
    parse: (text) => parseWebAddress(text, options.rules),
    async send(target, { headers, body }, signal) {
      const response = await request(target, { method: 'POST', headers, body }, signal)
      leave(response, signal)
      return answerOf(response.statusCode ?? 0, (name) => response.headers[name])
    },
  })
}
