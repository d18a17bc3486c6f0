import { randomUUID } from 'node:crypto'
import { mkdir, open, rm } from 'node:fs/promises'
import { join } from 'node:path'

/** A file that takes what comes fast and gives it back at the reader's speed. */
export interface Spool {
  write(text: string): Promise<void>
  /** Everything that was written, from the start. */
  read(): AsyncIterable<Uint8Array>
  /** Throws it away. */
  close(): Promise<void>
}

const chunkBytes = 256 * 1024

/** Nobody finds it: where the system allows it, it has no name any more once it is open, so that even a kill leaves nothing behind. */
export const openSpool = async (dir: string): Promise<Spool> => {
  await mkdir(dir, { recursive: true, mode: 0o700 })
  const path = join(dir, `.spool-${randomUUID()}`)
  const file = await open(path, 'wx+', 0o600)
  await rm(path, { force: true }).catch(() => {})
  let waiting: string[] = []
  let length = 0
  const flush = async (): Promise<void> => {
    const text = waiting.join('')
    waiting = []
    length = 0
    await file.writeFile(text)
  }
  return {
    async write(text) {
      waiting.push(text)
      length += text.length
      if (length >= chunkBytes) await flush()
    },
    async *read() {
      await flush()
      for (let position = 0; ; ) {
        const buffer = new Uint8Array(chunkBytes)
        const { bytesRead } = await file.read(buffer, 0, chunkBytes, position)
        if (bytesRead === 0) return
        position += bytesRead
        yield buffer.subarray(0, bytesRead)
      }
    },
    async close() {
      await file.close()
      await rm(path, { force: true })
    },
  }
}
