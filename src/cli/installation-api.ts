import { setTimeout as delay } from 'node:timers/promises'
import { createAccessTokens } from '#adapters/crypto/access-tokens.ts'
import { createHttpApp } from '#adapters/http/app.ts'
import { type LockState, readLock } from '#adapters/postgres/embedded.ts'
import { compose } from '#composition/compose.ts'
import type { Config } from '#composition/config.ts'
import { days } from '#domain/shared/instant.ts'
import { migrate } from '../../db/migrate.ts'
import { openBackup } from '../runtime/back-up.ts'
import { openLogger } from '../runtime/environment.ts'
import { loadSecrets, openDatabase, openMedia } from '../runtime/installation.ts'
import { nodeHost } from '../runtime/node-host.ts'
import { type Api, createApi, createDownload, type Download } from './api.ts'
import { CommandFailed } from './command.ts'

/** Dovecote's own API for a command, with the rights of a platform app. */
export interface InstallationApi extends AsyncDisposable {
  readonly platform: Api
  /** The same installation for the holder of another token. */
  as(token: string): Api
  /** What a platform app may download; some of it is in memory at a time. */
  readonly download: Download
  downloadAs(token: string): Download
  /** Whether a server is running that a browser can come back to; unknown with a database server. */
  readonly served: boolean
}

const startTimeout = 10_000

/** The server that holds the embedded database, once it listens. */
const runningServer = async (dataDir: string): Promise<(LockState & { url: string }) | undefined> => {
  for (const deadline = Date.now() + startTimeout; ; await delay(50)) {
    const lock = readLock(dataDir)
    if (!lock?.alive) return undefined
    if (lock.url !== undefined) return { ...lock, url: lock.url }
    if (Date.now() > deadline) {
      throw new CommandFailed(`Process ${lock.pid} holds the database in ${dataDir} but serves nothing yet; try again when it has started.`)
    }
  }
}

const throughServer = (config: Config, url: string): InstallationApi => {
  const { platformAppToken = '' } = loadSecrets(config)
  const as = (token: string) => createApi(url, token)
  const downloadAs = (token: string) => createDownload(url, token)
  return {
    platform: as(platformAppToken),
    as,
    download: downloadAs(platformAppToken),
    downloadAs,
    served: true,
    async [Symbol.asyncDispose]() {},
  }
}

/** Without a server in between: the same routes, in this process, under a token that lives as long as the command. */
const inProcess = async (config: Config): Promise<InstallationApi> => {
  const logger = openLogger({ ...config, log: { ...config.log, level: 'error' } })
  const { keys } = loadSecrets(config)
  await using stack = new AsyncDisposableStack()
  const database = stack.use(await openDatabase(config, logger))
  if (config.migrateOnStart) await migrate(database)
  const { useCases, queries, channels, mediaLinks, clock, ids } = await compose(
    { database, mac: nodeHost.mac, logger, ...openMedia(config) },
    {
      keys,
      frontendUrl: config.http.frontendUrl,
      gravatar: !config.disableGravatar,
      rawRetention: days(config.rawRetentionDays),
      settings: config.settings,
    },
  )
  const token = createAccessTokens().create()
  await useCases.registerPlatformApp({ name: 'cli', token })
  stack.defer(() => useCases.registerPlatformApp({ name: 'cli', token: undefined }))
  const scope = { useCases, queries, channels, mediaLinks, [Symbol.asyncDispose]: async () => {} }
  const { frontendUrl } = config.http
  const readiness = async () => ({ ready: true, checks: {} })
  const backUp = () => openBackup({ database, dataDir: config.dataDir })
  const app = createHttpApp({ openScope: () => scope, frontendUrl, clock, ids, logger, readiness, backUp })
  const send = (request: Request) => app.fetch(request)
  const as = (holder: string) => createApi('http://localhost', holder, send)
  const downloadAs = (holder: string) => createDownload('http://localhost', holder, send)
  const open = stack.move()
  const served = config.database.kind === 'postgres'
  return { platform: as(token), as, download: downloadAs(token), downloadAs, served, [Symbol.asyncDispose]: () => open.disposeAsync() }
}

/** Through the running server where one holds the embedded database; in this process otherwise. */
export const openInstallationApi = async (config: Config): Promise<InstallationApi> => {
  const server = config.database.kind === 'embedded' ? await runningServer(config.database.dataDir) : undefined
  return server ? throughServer(config, server.url) : inProcess(config)
}
