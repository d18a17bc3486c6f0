import { pipeline, Readable } from 'node:stream'
import { createGzip } from 'node:zlib'
import { createSeal, endLine, headerLine, lineOf } from '#adapters/archive/lines.ts'
import { openSpool } from '#adapters/archive/spool.ts'
import type { ArchiveSchema, DatabaseEntry, FileEntry } from '#application/ports/archive.ts'

export interface ArchiveSource {
  /** Gives the database as it stands at one moment, which it keeps until `use` has ended. */
  readonly dump: (use: (schema: ArchiveSchema, entries: AsyncIterable<DatabaseEntry>) => Promise<void>) => Promise<void>
  /** Read after the database, so that every file that a row speaks of is there, unless it was deleted since. */
  readonly files: () => AsyncIterable<FileEntry>
  /** A folder for what was read of the database and is not sent yet. */
  readonly spoolDir: string
  readonly madeAt: Date
}

/**
 * An archive, compressed. It answers when the database is read, so nothing waits for a slow reader. A stream that fails on its way
 * has no last line, and nobody takes it for whole.
 */
export const openArchive = async ({ dump, files, spoolDir, madeAt }: ArchiveSource): Promise<ReadableStream<Uint8Array>> => {
  const spool = await openSpool(spoolDir)
  const seal = createSeal()
  try {
    await dump(async (schema, entries) => {
      await spool.write(headerLine({ format: 1, madeAt: madeAt.toISOString(), schema }))
      for await (const entry of entries) {
        seal.count(entry)
        await spool.write(lineOf(entry))
      }
    })
  } catch (error) {
    await spool.close()
    throw error
  }
  const plain = async function* (): AsyncGenerator<Uint8Array | string> {
    try {
      for await (const chunk of spool.read()) {
        seal.add(chunk)
        yield chunk
      }
      for await (const entry of files()) {
        const line = lineOf(entry)
        seal.count(entry)
        seal.add(line)
        yield line
      }
      yield endLine(seal.end())
    } finally {
      await spool.close()
    }
  }
  // Its errors reach the reader through the stream itself.
  const compressed = pipeline(Readable.from(plain(), { objectMode: true }), createGzip({ level: 1 }), () => {})
  return Readable.toWeb(compressed) as ReadableStream<Uint8Array>
}
