import type { Bucket } from '#adapters/media/r2.ts'

/** Keys of one call that deletes, and at most of one answer that lists (developers.cloudflare.com, R2 Workers API). */
const most = 1000

/** Cloudflare's R2 binding, in memory: it lists by key, a page at a time. */
export const createFakeBucket = (pageSize = most): Bucket => {
  const objects = new Map<string, Uint8Array<ArrayBuffer>>()
  return {
    async put(key, value) {
      objects.set(key, new Uint8Array(value))
    },
    async get(key, options) {
      const whole = objects.get(key)
      if (!whole) return null
      const { offset, length } = options?.range ?? { offset: 0, length: whole.byteLength }
      if (options && offset >= whole.byteLength) throw new Error('get: The requested range is not satisfiable (10039)')
      return { size: whole.byteLength, body: new Blob([whole.subarray(offset, offset + length)]).stream() }
    },
    async delete(keys) {
      if (keys.length > most) throw new Error('delete: You can only delete up to 1000 keys at a time.')
      for (const key of keys) objects.delete(key)
    },
    async list({ prefix, cursor = '' }) {
      const left = [...objects.keys()].filter((key) => key.startsWith(prefix) && key > cursor).toSorted()
      const page = left.slice(0, pageSize)
      const last = page.at(-1)
      const listed = page.map((key) => ({ key, size: objects.get(key)?.byteLength ?? 0 }))
      return left.length > page.length && last !== undefined
        ? { objects: listed, truncated: true, cursor: last }
        : { objects: listed, truncated: false }
    },
  }
}
