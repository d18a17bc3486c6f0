import { createReadStream, existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileEntries } from '#adapters/archive/files.ts'
import { openArchive } from '#adapters/archive/write-archive.ts'
import { createDiskStore } from '#adapters/media/disk.ts'
import { dumpAside } from '#adapters/postgres/archive/dump.ts'
import type { Database } from '#adapters/postgres/database.ts'
import type { FileEntry } from '#application/ports/archive.ts'
import { mediaDirOf, secretFiles } from './installation.ts'

/** The installation's files: its own secrets, as far as they are kept in DATA_DIR, and the media. */
const filesIn = async function* (dataDir: string): AsyncGenerator<FileEntry> {
  for (const name of secretFiles) {
    const path = join(dataDir, name)
    if (existsSync(path)) yield* fileEntries('secret', name, createReadStream(path))
  }
  const media = createDiskStore(mediaDirOf(dataDir))
  for await (const { key } of media.list('')) {
    const file = await media.open(key)
    if (file) yield* fileEntries('media', key, file.stream)
  }
}

/** Everything that is kept, as one compressed file, while the server works. */
export const openBackup = ({
  database,
  dataDir,
}: {
  readonly database: Database
  readonly dataDir: string
}): Promise<ReadableStream<Uint8Array>> =>
  openArchive({
    dump: (use) => dumpAside(database, use),
    files: () => filesIn(dataDir),
    spoolDir: dataDir,
    madeAt: new Date(),
  })
