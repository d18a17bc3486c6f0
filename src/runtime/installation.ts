import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { createAccessTokens } from '#adapters/crypto/access-tokens.ts'
import type { VaultKey } from '#adapters/crypto/vault.ts'
import { createCopyingThread } from '#adapters/media/copying-thread.ts'
import { createDiskStore } from '#adapters/media/disk.ts'
import { createSafePosts } from '#adapters/media/safe-posts.ts'
import { anyNetwork, publicWebhooks } from '#adapters/media/web-address.ts'
import { type Database, openPostgres } from '#adapters/postgres/database.ts'
import { openEmbedded } from '#adapters/postgres/embedded.ts'
import { ensureSecretFile } from '#adapters/system/secret-files.ts'
import type { Copies } from '#application/ports/copies.ts'
import type { Logger } from '#application/ports/logger.ts'
import type { MediaStore } from '#application/ports/media-store.ts'
import type { Posts } from '#application/ports/posts.ts'
import { type Config, requireForServe } from '#composition/config.ts'
import { generateEncryptionKey, parseEncryptionKeys } from '#composition/encryption-keys.ts'
import type { CopyingData } from './copying.ts'

/** A mistake of whoever set this up: the message says what is wrong and what to do, and is all that they need to see. */
export class SetupError extends Error {
  override readonly name = 'SetupError'
}

export interface Secrets {
  readonly keys: readonly VaultKey[]
  readonly platformAppToken: string | undefined
  /** Files that were made just now. */
  readonly created: readonly string[]
}

const keyFile = 'encryption-keys'
const tokenFile = 'platform-app-token'

/** The files in DATA_DIR that hold secrets which were made up there. */
export const secretFiles: readonly string[] = [keyFile, tokenFile]

/** Where files that belong to messages and contacts lie. */
export const mediaDirOf = (dataDir: string): string => join(dataDir, 'media')

/**
 * The keys and the platform token: as configured, else kept in DATA_DIR and made there at the first start. With a database of its
 * own a server does not make up keys, since another server on that database would make up others; `mayGenerate` allows it.
 */
export const loadSecrets = (config: Config, mayGenerate = config.database.kind === 'embedded'): Secrets => {
  const [problem] = mayGenerate ? [] : requireForServe(config)
  if (problem) throw new SetupError(problem)
  const created: string[] = []
  const kept = (name: string, make: () => string): string => {
    const file = ensureSecretFile(config.dataDir, name, make)
    if (file.created) created.push(`${config.dataDir}/${name}`)
    return file.value
  }
  const keys = config.keys ?? parsedKeys(kept(keyFile, generateEncryptionKey))
  const platformAppToken = config.platformAppToken ?? (mayGenerate ? kept(tokenFile, createAccessTokens().create) : undefined)
  return { keys, platformAppToken, created }
}

const parsedKeys = (text: string): readonly VaultKey[] => {
  const keys = parseEncryptionKeys(text)
  if (!keys.ok) throw new SetupError(`The file ${keyFile} in DATA_DIR ${keys.error.join('; it ')}.`)
  return keys.value
}

/** Where files lie, what gets them, and what tells others. */
export interface Media {
  readonly mediaStore: MediaStore
  /** To be disposed of by whoever has files copied. */
  readonly copies: Copies & AsyncDisposable
  readonly posts: Posts
}

/** A copy is made within a few MB, whatever the other side sends; a thread that wants more than this has gone wrong. */
const copyingMemory = 64

/** With so many requests a second it is they who need the machine. */
const busyAt = 20

/** `perSecond`: requests that come in at this moment. */
export const openMedia = ({ dataDir, allowPrivateNetwork }: Config, perSecond: () => number = () => 0): Media => {
  const folder = mediaDirOf(dataDir)
  const workerData: CopyingData = { folder, allowPrivateNetwork }
  const limits = { execArgv: [], env: {}, resourceLimits: { maxOldGenerationSizeMb: copyingMemory } }
  const begin = () => new Worker(new URL('./copying.ts', import.meta.url), { workerData, ...limits })
  const posts = createSafePosts({ rules: allowPrivateNetwork ? anyNetwork : publicWebhooks })
  return { mediaStore: createDiskStore(folder), copies: createCopyingThread(begin, () => perSecond() >= busyAt), posts }
}

/** Opens the database that the configuration names; nothing is created but an embedded database's folder. */
export const openDatabase = async (config: Config, logger: Logger): Promise<Database> => {
  const onError = (error: Error): void => logger.warn('database.connection_failed', { error })
  return config.database.kind === 'postgres'
    ? openPostgres({ url: config.database.url, onError })
    : openEmbedded({ dir: config.database.dataDir, onError })
}
