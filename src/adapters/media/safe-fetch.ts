import type { IncomingMessage } from 'node:http'
import { pipeline, type Readable, type Transform } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import { Broken, unavailable } from '#adapters/media/broken.ts'
import { createDownloads } from '#adapters/media/follow.ts'
import { createSafeRequest, type Question, type SafeRequestOptions } from '#adapters/media/safe-request.ts'
import { parseWebAddress } from '#adapters/media/web-address.ts'
import type { Downloads } from '#application/ports/downloads.ts'

/** We ask for none; who packs all the same is unpacked, and what comes out is counted. */
const unpackers: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
}

const unpacked = (response: IncomingMessage): Readable => {
  const packing = response.headers['content-encoding']?.trim().toLowerCase() ?? 'identity'
  if (packing === 'identity' || packing === '') return response
  const unpacker = Object.hasOwn(unpackers, packing) ? unpackers[packing]?.() : undefined
  if (!unpacker) throw new Broken(unavailable)
  return pipeline(response, unpacker, () => {})
}

async function* contentOf(response: IncomingMessage): AsyncGenerator<Uint8Array> {
  yield* unpacked(response) as AsyncIterable<Buffer>
  if (!response.complete) throw new Broken(unavailable)
}

const question: Question = { method: 'GET', headers: { accept: '*/*', 'accept-encoding': 'identity' } }

/** Downloads that no address leads astray: each redirect is checked like the first address, and there are few. */
export const createSafeFetch = (options: SafeRequestOptions): Downloads => {
  const request = createSafeRequest(options)
  return createDownloads({
    parse: (text, base) => parseWebAddress(text, options.rules, base),
    async ask(target, signal) {
      const response = await request(target, question, signal)
      return {
        status: response.statusCode ?? 0,
        header: (name) => response.headers[name],
        content: () => contentOf(response),
        discard: () => void response.destroy(),
      }
    },
  })
}
