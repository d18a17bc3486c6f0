import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { halves } from '#adapters/archive/files.ts'
import { readArchive } from '#adapters/archive/read-archive.ts'
import { createDiskStore } from '#adapters/media/disk.ts'
import { isMediaKey } from '#domain/media/media-key.ts'
import { mediaDirOf, SetupError, secretFiles } from './installation.ts'

/** The installation's own secrets, by the names of their files. */
export type SecretFiles = ReadonlyMap<string, Buffer>

export const holdsMedia = async (mediaDir: string): Promise<boolean> => {
  for await (const _ of createDiskStore(mediaDir).list('')) return true
  return false
}

const wholeOf = async (content: AsyncIterable<Uint8Array>): Promise<Buffer> => {
  const chunks: Uint8Array[] = []
  for await (const chunk of content) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** Writes the media of the backup at `path` into a folder; answers the secrets that are in it. */
export const writeMedia = async (folder: string, path: string): Promise<SecretFiles> => {
  const media = createDiskStore(folder)
  const secrets = new Map<string, Buffer>()
  const { entries } = await readArchive(path)
  for await (const { of, name, content } of halves(entries).files()) {
    if (of === 'media' && isMediaKey(name)) await media.put(name, content)
    if (of === 'secret' && secretFiles.includes(name)) secrets.set(name, await wholeOf(content))
  }
  return secrets
}

/** A key that is there is never written over: it may be the only one that opens something. */
export const refuseOtherSecrets = (dir: string, secrets: SecretFiles): void => {
  for (const [name, bytes] of secrets) {
    if (existsSync(join(dir, name)) && !readFileSync(join(dir, name)).equals(bytes))
      throw new SetupError(`The file ${name} in ${dir} is another one than that of the backup; set DATA_DIR to an empty folder.`)
  }
}

export const writeSecrets = (dir: string, secrets: SecretFiles): void => {
  for (const [name, bytes] of secrets) {
    if (!existsSync(join(dir, name))) writeFileSync(join(dir, name), bytes, { mode: 0o600, flag: 'wx' })
  }
}

/** Inside the media, which may be a volume of their own, so that moving is renaming. No key has a dot. */
export const waitingDirOf = (dataDir: string): string => join(mediaDirOf(dataDir), '.restoring')

/** Puts files in their places. Where something has the same name it is a folder without files in it. */
export const moveInto = (to: string, from: string): void => {
  for (const name of readdirSync(from).filter((each) => !each.startsWith('.'))) {
    if (existsSync(join(to, name))) moveInto(join(to, name), join(from, name))
    else renameSync(join(from, name), join(to, name))
  }
}
