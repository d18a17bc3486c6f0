import { sql } from 'kysely'
import { createHttpApp, type Readiness } from '#adapters/http/app.ts'
import type { Caller } from '#adapters/http/caller.ts'
import { startJobConsumer } from '#adapters/jobs/consumer.ts'
import { startIntakeLoop } from '#adapters/jobs/intake-loop.ts'
import type { Database } from '#adapters/postgres/database.ts'
import { noteServerUrl } from '#adapters/postgres/embedded.ts'
import { intakeChannel } from '#adapters/postgres/intake-log.ts'
import { settingsChannel } from '#adapters/postgres/settings.ts'
import { jobsChannel } from '#adapters/postgres/wakes.ts'
import type { Logger } from '#application/ports/logger.ts'
import type { Mac } from '#application/ports/mac.ts'
import { type Composition, compose } from '#composition/compose.ts'
import { type Config, isPolled } from '#composition/config.ts'
import { jobHandlersOf } from '#composition/job-handlers.ts'
import type { Choices } from '#composition/platform.ts'
import { days } from '#domain/shared/instant.ts'
import { migrate, pendingMigrations } from '../../db/migrate.ts'
import { openBackup } from './back-up.ts'
import { loadSecrets, openDatabase, openMedia, SetupError } from './installation.ts'

export type Fetch = (request: Request, caller: Caller) => Response | Promise<Response>

export interface Listening {
  readonly port: number
  /** Takes no new connections and waits for the requests at hand. */
  close(): Promise<void>
}

/** What each runtime brings of its own. */
export interface Host {
  readonly mac: Mac
  listen(fetch: Fetch, at: { readonly port: number; readonly host: string }): Promise<Listening>
}

export interface ServerOptions {
  readonly config: Config
  readonly host: Host
  readonly logger: Logger
  /** Settings that stand whatever the database holds. */
  readonly fixedSettings?: ReadonlyMap<string, string>
  /** The platform app that the platform token belongs to. */
  readonly platformAppName?: string
  /** Whether missing keys may be made up although the database is not ours alone. */
  readonly mayGenerateSecrets?: boolean
}

export interface Server extends AsyncDisposable {
  /** Where it listens. */
  readonly url: string
  readonly platformAppToken: string | undefined
}

const checkReadiness = async (database: Database, { queries, clock }: Composition): Promise<Readiness> => {
  try {
    await sql`select 1`.execute(database.kysely)
    const [pending, backlog] = [await pendingMigrations(database), await queries.intakeBacklog(clock.now())]
    const checks = {
      database: { ok: true, detail: 'answers' },
      migrations: { ok: pending.length === 0, detail: pending.length === 0 ? 'up to date' : `to be applied: ${pending.join(', ')}` },
      intake: { ok: true, detail: `${backlog.pending} events wait, the oldest for ${backlog.oldestMs} ms` },
    }
    return { ready: Object.values(checks).every((check) => check.ok), checks }
  } catch {
    return { ready: false, checks: { database: { ok: false, detail: 'does not answer' } } }
  }
}

const prepare = async (database: Database, { config, logger }: ServerOptions): Promise<void> => {
  if (!config.migrateOnStart) return
  const { applied } = await migrate(database)
  if (applied.length > 0) logger.info('database.migrated', { migrations: applied })
}

const choicesOf = ({ config, fixedSettings }: ServerOptions, keys: Choices['keys']): Choices => ({
  keys,
  frontendUrl: config.http.frontendUrl,
  gravatar: !config.disableGravatar,
  rawRetention: days(config.rawRetentionDays),
  isPolled: isPolled(config),
  settings: config.settings,
  ...(fixedSettings ? { fixedSettings } : {}),
})

interface Worker extends AsyncDisposable {
  readonly wakeIntake: () => void
}

/** Applies what came in, and runs the jobs. */
const startWorker = async (database: Database, composition: Composition, { logger }: ServerOptions): Promise<Worker> => {
  await using stack = new AsyncDisposableStack()
  const { useCases, intakeLoad } = composition
  const workers = Math.min(2, database.connections)
  const loop = startIntakeLoop({ processIntake: useCases.processIntake, load: intakeLoad, logger, workers })
  stack.defer(() => loop.stop())
  const isOwn = (sender: string): boolean => sender === database.id
  stack.defer(await database.listen(intakeChannel, (sender) => isOwn(sender) || loop.wake()))
  const consumer = await startJobConsumer({ database: database.jobs, handlers: jobHandlersOf(useCases), logger })
  stack.defer(() => consumer.stop())
  stack.defer(await database.listen(jobsChannel, consumer.wake))
  consumer.wake('')
  // Of a process that was killed: its jobs count as running for minutes, what they were about may be due.
  await useCases.wakeDeliveries()
  await useCases.wakeWebhooks()
  const open = stack.move()
  return { wakeIntake: loop.wake, [Symbol.asyncDispose]: () => open.disposeAsync() }
}

/** Starts everything that this process is for and answers when it listens. What a failed start had opened is closed again. */
export const startServer = async (options: ServerOptions): Promise<Server> => {
  const { config, host, logger } = options
  const secrets = loadSecrets(config, options.mayGenerateSecrets)
  await using stack = new AsyncDisposableStack()
  const database = stack.use(await openDatabase(config, logger))
  await prepare(database, options)
  let wakeIntake = (): void => {}
  let perSecond = (): number => 0
  const media = openMedia(config, () => perSecond())
  stack.use(media.copies)
  const composition = await compose({ database, mac: host.mac, logger, ...media }, choicesOf(options, secrets.keys), () => wakeIntake())
  perSecond = composition.intakeLoad.perSecond
  stack.defer(await database.listen(settingsChannel, composition.forgetSettings))
  if (!options.fixedSettings) await composition.seedSettings()
  await composition.useCases.registerPlatformApp({ name: options.platformAppName ?? 'first', token: secrets.platformAppToken })

  if (config.role !== 'web') {
    const worker = stack.use(await startWorker(database, composition, options))
    wakeIntake = worker.wakeIntake
  }
  const { queries, useCases, channels, mediaLinks, clock, ids } = composition
  const scope = { useCases, queries, channels, mediaLinks, [Symbol.asyncDispose]: async () => {} }
  const app = createHttpApp({
    openScope: () => scope,
    frontendUrl: config.http.frontendUrl,
    clock,
    ids,
    logger,
    readiness: () => checkReadiness(database, composition),
    clientCallsPerMinute: config.clientCallsPerMinute,
    backUp: () => openBackup({ database, dataDir: config.dataDir }),
  })
  const listening = await host.listen(app.fetch, config.http).catch((cause: unknown) => {
    throw new SetupError(`Cannot listen on ${config.http.host}:${config.http.port}; set PORT to a free port or stop what uses it.`, {
      cause,
    })
  })
  stack.defer(() => listening.close())
  const url = `http://${config.http.host.includes(':') ? `[${config.http.host}]` : config.http.host}:${listening.port}`
  if (config.database.kind === 'embedded') noteServerUrl(config.database.dataDir, url)
  if (secrets.created.length > 0) {
    logger.info('installation.created', { files: secrets.created, keep: 'a copy of the encryption keys', next: 'npm run cli -- setup' })
  }
  logger.info('server.listening', { url, role: config.role, database: config.database.kind })
  const open = stack.move()
  return { url, platformAppToken: secrets.platformAppToken, [Symbol.asyncDispose]: () => open.disposeAsync() }
}
