import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { MediaStore } from '#application/ports/media-store.ts'
import { accountPrefix, type MediaKey, mediaKey } from '#domain/media/media-key.ts'
import { fc } from '../../support/properties.ts'

async function* chunks(...parts: (Uint8Array | string)[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield typeof part === 'string' ? new TextEncoder().encode(part) : part
}

async function* broken(...parts: string[]): AsyncGenerator<Uint8Array> {
  yield* chunks(...parts)
  throw new Error('The line went dead.')
}

const textOf = async (store: MediaStore, key: MediaKey, range?: { from: number; to: number }): Promise<string | undefined> => {
  const found = await store.open(key, range)
  return found && new Response(found.stream).text()
}

const sizeOf = async (store: MediaStore, key: MediaKey): Promise<number | undefined> => {
  const found = await store.open(key)
  await found?.stream.cancel()
  return found?.size
}

/** What it has, in its order. */
export const keysOf = async (store: MediaStore, prefix = ''): Promise<string[]> => {
  const keys: string[] = []
  for await (const { key } of store.list(prefix)) keys.push(key)
  return keys
}

/** What every MediaStore does. `open` answers an empty one. */
export const describeMediaStore = (name: string, open: () => MediaStore): void => {
  describe(`${name} as a media store`, () => {
    const key = mediaKey(7, 'attachments', 1)

    it('keeps what it was given, whole, and says how much that is', async () => {
      const store = open()
      const digest = createHash('sha256').update('bread and butter').digest('hex')
      expect(await store.put(key, chunks('bread ', 'and ', 'butter'))).toEqual({ size: 16, digest })
      expect(await textOf(store, key)).toBe('bread and butter')
      expect(await sizeOf(store, key)).toBe(16)
      expect(await store.put(key, chunks())).toMatchObject({ size: 0 })
      expect(await textOf(store, key)).toBe('')
    })

    it('gives any part of a file that begins inside it', async () => {
      const store = open()
      const bytes = Uint8Array.from({ length: 200_000 }, (_, n) => (n * 7919) % 251)
      await store.put(key, chunks(bytes.subarray(0, 90_000), bytes.subarray(90_000)))
      const ends = fc.tuple(fc.nat(bytes.length - 1), fc.nat(bytes.length + 1000)).filter(([from, to]) => from <= to)
      await fc.assert(
        fc.asyncProperty(ends, async ([from, to]) => {
          const found = await store.open(key, { from, to })
          expect(found?.size).toBe(bytes.length)
          const part = new Uint8Array(await new Response(found?.stream).arrayBuffer())
          expect(Buffer.compare(part, bytes.subarray(from, to + 1))).toBe(0)
        }),
        { numRuns: 50 },
      )
    })

    it('puts the new in place of the old, and keeps the old where the new breaks off', async () => {
      const store = open()
      await store.put(key, chunks('old'))
      await expect(store.put(key, broken('ne'))).rejects.toThrow('went dead')
      expect(await textOf(store, key)).toBe('old')
      await expect(store.put(mediaKey(7, 'attachments', 2), broken('ne'))).rejects.toThrow('went dead')
      expect(await store.open(mediaKey(7, 'attachments', 2))).toBeUndefined()
      expect(await keysOf(store, '')).toEqual([key])
      await store.put(key, chunks('new'))
      expect(await textOf(store, key)).toBe('new')
    })

    it('knows nothing of what is not there, and removes what is', async () => {
      const store = open()
      expect(await store.open(key)).toBeUndefined()
      await store.put(key, chunks('x'))
      await store.remove([mediaKey(9, 'avatars', 9), key])
      expect(await store.open(key)).toBeUndefined()
      await store.remove([key])
      expect(await keysOf(store, '')).toEqual([])
    })

    it('lists by the beginning of the key, in order', async () => {
      const store = open()
      const keys = [
        mediaKey(1, 'attachments', 2),
        mediaKey(1, 'attachments', 10),
        mediaKey(1, 'avatars', 'a-1'),
        mediaKey(12, 'avatars', 3),
      ]
      for (const each of keys) await store.put(each, chunks(each))
      const sorted = keys.toSorted()
      expect(await keysOf(store, '')).toEqual(sorted)
      expect(await keysOf(store, accountPrefix(1))).toEqual(sorted.filter((each) => each.startsWith('1/')))
      expect(await keysOf(store, '1')).toEqual(sorted)
      expect(await keysOf(store, '1/avatars/')).toEqual(['1/avatars/a-1'])
      expect(await keysOf(store, '3/')).toEqual([])
      for await (const { key, size } of store.list('')) expect(size).toBe(key.length)
    })

    it('takes a stream that was begun and cancelled', async () => {
      const store = open()
      await store.put(key, chunks(new Uint8Array(300_000)))
      const found = await store.open(key)
      const reader = found?.stream.getReader()
      expect((await reader?.read())?.value?.byteLength).toBeGreaterThan(0)
      await reader?.cancel()
      expect((await new Response((await store.open(key))?.stream).arrayBuffer()).byteLength).toBe(300_000)
    })

    it('takes two puts of one key at once: one of them is there', async () => {
      const store = open()
      await Promise.all([store.put(key, chunks('aa', 'aa')), store.put(key, chunks('bb', 'bb'))])
      expect(['aaaa', 'bbbb']).toContain(await textOf(store, key))
    })

    const strange = ['', '/', '1', '1/a', '../1/a', '1/../../x', '1/attachments/..', '1/attachments/.', '1/attachments/a/b', '/etc/passwd']
    it.each([...strange, '1/a/b\0', '1/A/b', '1/a/%2e', '1\\a\\b', '01/a/b', '1/a/b\n'])('refuses %j as a key', async (text) => {
      const store = open()
      await expect(store.put(text as MediaKey, chunks('x'))).rejects.toThrow()
      await expect(store.open(text as MediaKey)).rejects.toThrow()
      await expect(store.remove([text as MediaKey])).rejects.toThrow()
    })
  })
}
