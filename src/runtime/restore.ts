import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type ArchivedFile, halves } from '#adapters/archive/files.ts'
import { ArchiveDamaged } from '#adapters/archive/lines.ts'
import { readArchive, verifyArchive } from '#adapters/archive/read-archive.ts'
import { createDiskStore } from '#adapters/media/disk.ts'
import { doubtAnswers } from '#adapters/postgres/archive/doubt-answers.ts'
import { firstInhabited, loadDatabase, NotLoadable } from '#adapters/postgres/archive/load.ts'
import { type Database, openPostgres } from '#adapters/postgres/database.ts'
import { hasEmbedded, withFolder } from '#adapters/postgres/embedded.ts'
import { commitRestored, replacedOf, stagingOf } from '#adapters/postgres/restored-folder.ts'
import type { ArchiveContent, ArchiveHeader } from '#application/ports/archive.ts'
import type { Config } from '#composition/config.ts'
import { isMediaKey } from '#domain/media/media-key.ts'
import { migrate } from '../../db/migrate.ts'
import { migrationsFor } from './archived-schema.ts'
import { mediaDirOf, SetupError, secretFiles } from './installation.ts'

export interface Restored extends ArchiveContent {
  readonly madeAt: string
  /** Where what was there before is kept; absent where there was nothing. */
  readonly replaced?: string
}

interface Backup {
  readonly path: string
  readonly header: ArchiveHeader
  readonly content: ArchiveContent
}

const verified = async (path: string): Promise<Backup> => {
  try {
    return { path, ...(await verifyArchive(path)) }
  } catch (error) {
    if (!(error instanceof ArchiveDamaged)) throw error
    throw new SetupError(`${path} cannot be restored. ${error.message} Nothing was changed; take another backup.`)
  }
}

/** Rows at the schema that they were made with, then everything that came after it. */
const loadRows = async (database: Database, { path, header }: Backup): Promise<void> => {
  await migrate(database, { only: migrationsFor(header.schema) })
  const { entries } = await readArchive(path)
  await loadDatabase(database, halves(entries).rows(), doubtAnswers)
  await migrate(database)
}

/** A key that is there already is never written over: it may be the only one that opens something. */
const writeSecret = async (dir: string, { name, content }: ArchivedFile): Promise<void> => {
  if (!secretFiles.includes(name) || existsSync(join(dir, name))) return
  const bytes: Uint8Array[] = []
  for await (const chunk of content) bytes.push(chunk)
  writeFileSync(join(dir, name), Buffer.concat(bytes), { mode: 0o600 })
}

const writeFiles = async (dir: string, { path }: Backup): Promise<void> => {
  const media = createDiskStore(mediaDirOf(dir))
  const { entries } = await readArchive(path)
  for await (const file of halves(entries).files()) {
    if (file.of === 'secret') await writeSecret(dir, file)
    else if (isMediaKey(file.name)) await media.put(file.name, file.content)
  }
}

const holdsMedia = async (dir: string): Promise<boolean> => {
  for await (const _ of createDiskStore(mediaDirOf(dir)).list('')) return true
  return false
}

const restoreEmbedded = (dir: string, backup: Backup, replace: boolean): Promise<Restored> =>
  withFolder(dir, async (open) => {
    const inhabited = hasEmbedded(dir) || (await holdsMedia(dir))
    if (inhabited && !replace)
      throw new SetupError(`There is an installation in ${dir} already; set DATA_DIR to an empty folder, or say --replace to put it aside.`)
    const staging = stagingOf(dir)
    rmSync(staging, { recursive: true, force: true })
    mkdirSync(staging, { mode: 0o700 })
    try {
      const database = await open(staging)
      await loadRows(database, backup).finally(() => database[Symbol.asyncDispose]())
      await writeFiles(staging, backup)
      mkdirSync(mediaDirOf(staging), { recursive: true, mode: 0o700 })
      commitRestored(dir)
    } finally {
      rmSync(staging, { recursive: true, force: true })
    }
    return { ...backup.content, madeAt: backup.header.madeAt, ...(inhabited ? { replaced: replacedOf(dir) } : {}) }
  })

const restorePostgres = async (url: string, dir: string, backup: Backup): Promise<Restored> => {
  await using database = openPostgres({ url, onError: () => {} })
  const inhabited = (await holdsMedia(dir)) ? `the folder ${mediaDirOf(dir)}` : await firstInhabited(database)
  if (inhabited !== undefined)
    throw new SetupError(`There is something in ${inhabited} already; make an empty database, with an empty DATA_DIR, and restore there.`)
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 })
    await writeFiles(dir, backup)
    await loadRows(database, backup)
  } catch (error) {
    rmSync(mediaDirOf(dir), { recursive: true, force: true })
    throw error
  }
  return { ...backup.content, madeAt: backup.header.madeAt }
}

/**
 * Makes an installation of a backup: in DATA_DIR, or in the PostgreSQL database of DATABASE_URL. The file is read and checked whole
 * before anything is touched, and what is made of it appears whole or not at all.
 */
export const restore = async (config: Config, path: string, replace: boolean): Promise<Restored> => {
  const backup = await verified(path)
  migrationsFor(backup.header.schema)
  try {
    return config.database.kind === 'embedded'
      ? await restoreEmbedded(config.dataDir, backup, replace)
      : await restorePostgres(config.database.url, config.dataDir, backup)
  } catch (error) {
    throw error instanceof NotLoadable ? new SetupError(error.message) : error
  }
}
