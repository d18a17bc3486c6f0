import type { ArchiveEntry, DatabaseEntry, FileEntry, FileKind } from '#application/ports/archive.ts'

/** A multiple of three bytes, so that only the last portion of a file is padded. */
const portion = 48 * 1024

/** A file's bytes as lines of an archive. */
export const fileEntries = async function* (
  of: FileKind,
  name: string,
  content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<FileEntry> {
  yield { kind: 'file', of, name }
  let held = Buffer.alloc(0)
  for await (const chunk of content) {
    held = Buffer.concat([held, chunk])
    for (; held.length >= portion; held = held.subarray(portion)) yield { kind: 'bytes', base64: held.toString('base64', 0, portion) }
  }
  if (held.length > 0) yield { kind: 'bytes', base64: held.toString('base64') }
}

export interface ArchivedFile {
  readonly of: FileKind
  readonly name: string
  readonly content: AsyncIterable<Uint8Array>
}

const isOfDatabase = (entry: ArchiveEntry): entry is DatabaseEntry => entry.kind !== 'file' && entry.kind !== 'bytes'

/** The two halves of an archive, one after the other: what is not read of the first is passed over. */
export const halves = (entries: AsyncGenerator<ArchiveEntry>) => {
  let ahead: ArchiveEntry | undefined
  const peek = async (): Promise<ArchiveEntry | undefined> => {
    if (ahead === undefined) {
      const { value, done } = await entries.next()
      ahead = done ? undefined : value
    }
    return ahead
  }
  const rows = async function* (): AsyncGenerator<DatabaseEntry> {
    for (let entry = await peek(); entry && isOfDatabase(entry); entry = await peek()) {
      ahead = undefined
      yield entry
    }
  }
  const bytes = async function* (): AsyncGenerator<Uint8Array> {
    for (let entry = await peek(); entry?.kind === 'bytes'; entry = await peek()) {
      ahead = undefined
      yield Buffer.from(entry.base64, 'base64')
    }
  }
  const files = async function* (): AsyncGenerator<ArchivedFile> {
    for (let entry = await peek(); entry; entry = await peek()) {
      ahead = undefined
      if (entry.kind !== 'file') continue
      yield { of: entry.of, name: entry.name, content: bytes() }
    }
  }
  return { rows, files }
}
