import { createHash } from 'node:crypto'
import type { MediaStore } from '#application/ports/media-store.ts'
import { isMediaKey, type MediaKey } from '#domain/media/media-key.ts'

/** Files in memory. `files` is what is kept, for tests that look. */
export const createFakeMediaStore = (): MediaStore & { readonly files: ReadonlyMap<MediaKey, Uint8Array> } => {
  const files = new Map<MediaKey, Uint8Array<ArrayBuffer>>()
  const checked = (key: MediaKey): MediaKey => {
    if (!isMediaKey(key)) throw new Error('This is no key of a stored file.')
    return key
  }
  return {
    files,
    async put(key, content) {
      checked(key)
      const chunks: Uint8Array[] = []
      for await (const chunk of content) chunks.push(chunk.slice())
      const whole = new Uint8Array(chunks.flatMap((chunk) => [...chunk]))
      files.set(key, whole)
      return { size: whole.byteLength, digest: createHash('sha256').update(whole).digest('hex') }
    },
    async open(key, range) {
      const file = files.get(checked(key))
      if (!file) return undefined
      const part = range ? file.slice(range.from, range.to + 1) : file
      return { size: file.byteLength, stream: new Blob([part]).stream() }
    },
    async remove(keys) {
      for (const key of keys.map(checked)) files.delete(key)
    },
    async *list(prefix) {
      for (const [key, bytes] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
        if (key.startsWith(prefix)) yield { key, size: bytes.byteLength }
      }
    },
  }
}
