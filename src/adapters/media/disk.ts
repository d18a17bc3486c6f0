import { createHash, randomUUID } from 'node:crypto'
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { ByteRange, MediaStore, StoredFile, WrittenFile } from '#application/ports/media-store.ts'
import { isMediaKey, type MediaKey } from '#domain/media/media-key.ts'

/** No key has a dot, so drafts are never in anybody's way. */
const drafts = '.drafts'

const chunkBytes = 64 * 1024

/** What arrives in small pieces is written in larger ones: each write is a trip to another thread. */
const writeBytes = 256 * 1024

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')

const orIfMissing = async <T, U>(found: Promise<T>, otherwise: U): Promise<T | U> => {
  try {
    return await found
  } catch (error) {
    if (isMissing(error)) return otherwise
    throw error
  }
}

const writeAll = async (file: FileHandle, content: AsyncIterable<Uint8Array>): Promise<WrittenFile> => {
  const hash = createHash('sha256')
  let size = 0
  let [gathered, bytes]: [Uint8Array[], number] = [[], 0]
  const write = async (): Promise<void> => {
    const together = Buffer.concat(gathered, bytes)
    ;[gathered, bytes] = [[], 0]
    await file.writeFile(together)
  }
  for await (const chunk of content) {
    hash.update(chunk)
    size += chunk.byteLength
    bytes += chunk.byteLength
    gathered.push(chunk)
    if (bytes >= writeBytes) await write()
  }
  await write()
  await file.datasync()
  return { size, digest: hash.digest('hex') }
}

/** Reads as it is asked, and closes the file when it ends, fails or is cancelled. */
const streamOf = (file: FileHandle, { from, to }: ByteRange): ReadableStream<Uint8Array> => {
  let at = from
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const buffer = new Uint8Array(Math.min(chunkBytes, to + 1 - at))
        const read = await file.read(buffer, 0, buffer.byteLength, at).catch(async (error: unknown) => {
          await file.close()
          throw error
        })
        at += read.bytesRead
        if (read.bytesRead > 0) controller.enqueue(buffer.subarray(0, read.bytesRead))
        if (read.bytesRead > 0 && at <= to) return
        await file.close()
        controller.close()
      },
      cancel: () => file.close(),
    },
    { highWaterMark: 0 },
  )
}

const namesIn = async (dir: string): Promise<string[]> => (await orIfMissing(readdir(dir), [])).filter((name) => name !== drafts).sort()

/** Files in a folder, each under its key. A file appears whole or not at all. */
export const createDiskStore = (root: string): MediaStore => {
  const pathOf = (key: MediaKey): string => {
    if (!isMediaKey(key)) throw new Error('This is no key of a stored file.')
    return join(root, ...key.split('/'))
  }

  const sized = async (key: string): Promise<StoredFile | undefined> => {
    if (!isMediaKey(key)) return undefined
    const found = await orIfMissing(stat(pathOf(key)), undefined)
    return found && { key, size: found.size }
  }

  return {
    async put(key, content) {
      const path = pathOf(key)
      const draft = join(root, drafts, randomUUID())
      await mkdir(dirname(path), { recursive: true, mode: 0o700 })
      await mkdir(dirname(draft), { recursive: true, mode: 0o700 })
      try {
        const file = await open(draft, 'wx', 0o600)
        const written = await writeAll(file, content).finally(() => file.close())
        await rename(draft, path)
        return written
      } catch (error) {
        await rm(draft, { force: true })
        throw error
      }
    },

    async open(key, range) {
      const file = await orIfMissing(open(pathOf(key), 'r'), undefined)
      if (!file) return undefined
      const { size } = await file.stat()
      return { size, stream: streamOf(file, { from: range?.from ?? 0, to: Math.min(range?.to ?? size, size - 1) }) }
    },

    async remove(keys) {
      for (const key of keys) await rm(pathOf(key), { force: true })
    },

    async *list(prefix) {
      for (const account of await namesIn(root)) {
        if (!`${account}/`.startsWith(prefix) && !prefix.startsWith(`${account}/`)) continue
        for (const kind of await namesIn(join(root, account))) {
          for (const name of await namesIn(join(root, account, kind))) {
            const file = `${account}/${kind}/${name}`.startsWith(prefix) ? await sized(`${account}/${kind}/${name}`) : undefined
            if (file) yield file
          }
        }
      }
    },
  }
}
