import { mkdirSync, rmSync } from 'node:fs'
import { halves } from '#adapters/archive/files.ts'
import { ArchiveDamaged } from '#adapters/archive/lines.ts'
import { readArchive, verifyArchive } from '#adapters/archive/read-archive.ts'
import { doubtAnswers } from '#adapters/postgres/archive/doubt-answers.ts'
import { firstInhabited, loadDatabase, NotLoadable } from '#adapters/postgres/archive/load.ts'
import { type Database, openPostgres } from '#adapters/postgres/database.ts'
import { hasEmbedded, withFolder } from '#adapters/postgres/embedded.ts'
import { commitRestored, replacedOf, stagingOf } from '#adapters/postgres/restored-folder.ts'
import type { ArchiveContent, ArchiveHeader } from '#application/ports/archive.ts'
import type { Config } from '#composition/config.ts'
import { migrate } from '../../db/migrate.ts'
import { migrationsFor } from './archived-schema.ts'
import { mediaDirOf, SetupError } from './installation.ts'
import { holdsMedia, moveInto, refuseOtherSecrets, waitingDirOf, writeMedia, writeSecrets } from './restored-files.ts'

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

/** Rows at the schema that they were made with, then everything that came after it; `last` is done right before they are committed. */
const loadRows = async (database: Database, { path, header }: Backup, last = (): void => {}): Promise<void> => {
  await migrate(database, { only: migrationsFor(header.schema) })
  const { entries } = await readArchive(path)
  await loadDatabase(database, halves(entries).rows(), async (trx) => {
    await doubtAnswers(trx)
    last()
  })
  await migrate(database)
}

const restoreEmbedded = (dir: string, backup: Backup, replace: boolean): Promise<Restored> =>
  withFolder(dir, async (open) => {
    const inhabited = hasEmbedded(dir) || (await holdsMedia(mediaDirOf(dir)))
    if (inhabited && !replace)
      throw new SetupError(`There is an installation in ${dir} already; set DATA_DIR to an empty folder, or say --replace to put it aside.`)
    const staging = stagingOf(dir)
    rmSync(staging, { recursive: true, force: true })
    mkdirSync(staging, { mode: 0o700 })
    try {
      const database = await open(staging)
      await loadRows(database, backup).finally(() => database[Symbol.asyncDispose]())
      writeSecrets(staging, await writeMedia(mediaDirOf(staging), backup.path))
      mkdirSync(mediaDirOf(staging), { recursive: true, mode: 0o700 })
      commitRestored(dir)
    } finally {
      rmSync(staging, { recursive: true, force: true })
    }
    return { ...backup.content, madeAt: backup.header.madeAt, ...(inhabited ? { replaced: replacedOf(dir) } : {}) }
  })

/**
 * Files wait beside their places until all rows are there and compared, so that of a restore that is killed nothing is left that anybody
 * could take for somebody's. Once moved they stay, whatever becomes of the commit.
 */
const restorePostgres = async (url: string, dir: string, backup: Backup): Promise<Restored> => {
  await using database = openPostgres({ url, onError: () => {} })
  const [media, waiting] = [mediaDirOf(dir), waitingDirOf(dir)]
  const inhabited = (await holdsMedia(media)) ? `the folder ${media}` : await firstInhabited(database)
  if (inhabited !== undefined)
    throw new SetupError(`There is something in ${inhabited} already; make an empty database, with an empty DATA_DIR, and restore there.`)
  rmSync(waiting, { recursive: true, force: true })
  mkdirSync(waiting, { recursive: true, mode: 0o700 })
  try {
    const secrets = await writeMedia(waiting, backup.path)
    refuseOtherSecrets(dir, secrets)
    await loadRows(database, backup, () => {
      writeSecrets(dir, secrets)
      moveInto(media, waiting)
    })
  } finally {
    rmSync(waiting, { recursive: true, force: true })
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
