import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { ArchiveDamaged, createSeal, parseHeader, parseLine } from '#adapters/archive/lines.ts'
import type { ArchiveContent, ArchiveEntry, ArchiveHeader } from '#application/ports/archive.ts'

export type { ArchiveContent } from '#application/ports/archive.ts'

/** Longer than any row: what has no line break for so long is no backup. */
const longestLine = 512 * 1024 * 1024

const newline = 10

const decoder = new TextDecoder()

/** Lines without their break. Split by bytes, since the break is never part of a longer character. */
const linesOf = async function* (chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let held: Uint8Array[] = []
  let length = 0
  for await (const chunk of chunks) {
    let from = 0
    for (let at = chunk.indexOf(newline); at !== -1; at = chunk.indexOf(newline, from)) {
      yield held.length === 0 ? chunk.subarray(from, at) : Buffer.concat([...held, chunk.subarray(from, at)])
      held = []
      length = 0
      from = at + 1
    }
    if (from === chunk.length) continue
    held.push(chunk.subarray(from))
    length += chunk.length - from
    if (length > longestLine) throw new ArchiveDamaged('It holds a line that does not end.')
  }
  if (held.length > 0) throw new ArchiveDamaged('It ends in the middle of a line.')
}

const isSystemError = (error: unknown): error is NodeJS.ErrnoException => error instanceof Error && 'code' in error && 'syscall' in error

const unzipped = async function* (path: string): AsyncGenerator<Uint8Array> {
  try {
    yield* pipeline(createReadStream(path), createGunzip(), () => {})
  } catch (error) {
    if (isSystemError(error)) throw new ArchiveDamaged(`It cannot be read (${error.code}).`)
    throw error instanceof ArchiveDamaged ? error : new ArchiveDamaged('It is no backup, or was cut off or changed since it was made.')
  }
}

export interface OpenArchive {
  readonly header: ArchiveHeader
  /** Ends with an error where the archive is not whole; the last line has been checked only when this has ended. */
  readonly entries: AsyncGenerator<ArchiveEntry>
}

/** Reads an archive from its start, some of it at a time. */
export const readArchive = async (path: string, onEnd: (content: ArchiveContent) => void = () => {}): Promise<OpenArchive> => {
  const lines = linesOf(unzipped(path))
  const seal = createSeal()
  const next = async (): Promise<string | undefined> => {
    const { value, done } = await lines.next()
    if (done) return undefined
    const text = decoder.decode(value)
    if (text.startsWith('end ')) return text
    seal.add(value)
    seal.add('\n')
    return text
  }
  const first = await next()
  if (first === undefined) throw new ArchiveDamaged('It is empty.')
  const entries = async function* (): AsyncGenerator<ArchiveEntry> {
    for (;;) {
      const text = await next()
      if (text === undefined) throw new ArchiveDamaged('Its end is missing.')
      const line = parseLine(text)
      if (line.kind !== 'end') {
        seal.count(line)
        yield line
        continue
      }
      const { sha256, ...content } = seal.end()
      if (line.end.sha256 !== sha256) throw new ArchiveDamaged('Its checksum is wrong: it was changed since it was made.')
      if ((await lines.next()).done !== true) throw new ArchiveDamaged('Something was written behind its end.')
      return onEnd(content)
    }
  }
  return { header: parseHeader(first), entries: entries() }
}

/** Reads all of an archive and changes nothing; throws ArchiveDamaged where it is not exactly what was made. */
export const verifyArchive = async (path: string): Promise<{ readonly header: ArchiveHeader; readonly content: ArchiveContent }> => {
  let content: ArchiveContent = { rows: {}, media: 0, secrets: [] }
  const { header, entries } = await readArchive(path, (found) => {
    content = found
  })
  for await (const _ of entries);
  return { header, content }
}
