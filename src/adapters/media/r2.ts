import type { MediaStore } from '#application/ports/media-store.ts'
import { isMediaKey, type MediaKey } from '#domain/media/media-key.ts'
import { joined } from '#domain/shared/bytes.ts'

/** The part of Cloudflare's R2 binding that we use. */
export interface Bucket {
  put(key: string, value: Uint8Array): Promise<unknown>
  get(
    key: string,
    options?: { range: { offset: number; length: number } },
  ): Promise<{ readonly size: number; readonly body: ReadableStream<Uint8Array> } | null>
  delete(keys: string[]): Promise<void>
  list(options: { prefix: string; cursor?: string }): Promise<{
    readonly objects: readonly { readonly key: string; readonly size: number }[]
    readonly truncated: boolean
    readonly cursor?: string
  }>
}

/** R2 takes a stream only when its length is known, and deletes so many keys at a time. */
const mostDeleted = 1000

const gather = async (content: AsyncIterable<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> => {
  const chunks: Uint8Array[] = []
  for await (const chunk of content) chunks.push(chunk)
  return joined(chunks)
}

const hex = (bytes: ArrayBuffer): string => Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('')

/** Files in a bucket of Cloudflare's, each under its key. */
export const createR2Store = (bucket: Bucket): MediaStore => {
  const checked = (key: MediaKey): MediaKey => {
    if (!isMediaKey(key)) throw new Error('This is no key of a stored file.')
    return key
  }

  return {
    async put(key, content) {
      checked(key)
      const whole = await gather(content)
      await bucket.put(key, whole)
      return { size: whole.byteLength, digest: hex(await crypto.subtle.digest('SHA-256', whole)) }
    },

    async open(key, range) {
      const options = range && { range: { offset: range.from, length: range.to - range.from + 1 } }
      const found = await bucket.get(checked(key), options)
      return found ? { size: found.size, stream: found.body } : undefined
    },

    async remove(keys) {
      for (const key of keys) checked(key)
      for (let at = 0; at < keys.length; at += mostDeleted) await bucket.delete([...keys.slice(at, at + mostDeleted)])
    },

    async *list(prefix) {
      for (let cursor: string | undefined, more = true; more; ) {
        const page = await bucket.list({ prefix, ...(cursor === undefined ? {} : { cursor }) })
        for (const { key, size } of page.objects) if (isMediaKey(key)) yield { key, size }
        cursor = page.cursor
        more = page.truncated && cursor !== undefined
      }
    },
  }
}
