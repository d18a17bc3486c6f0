import { createWebMac } from '#adapters/crypto/web-mac.ts'
import { createHttpApp } from '#adapters/http/app.ts'
import { startJobConsumer } from '#adapters/jobs/consumer.ts'
import { startIntakeLoop } from '#adapters/jobs/intake-loop.ts'
import { createPlatformFetch, createPlatformPosts } from '#adapters/media/fetch.ts'
import { type Bucket, createR2Store } from '#adapters/media/r2.ts'
import { anyNetwork, publicNetwork, publicWebhooks } from '#adapters/media/web-address.ts'
import { openPostgres } from '#adapters/postgres/database.ts'
import { systemClock } from '#adapters/system/clock.ts'
import { createLogger } from '#adapters/system/logger.ts'
import { settingSpecs } from '#composition/adapters.ts'
import { compose } from '#composition/compose.ts'
import { type Environment, isPolled, loadConfig } from '#composition/config.ts'
import { createCopies } from '#composition/copies.ts'
import { jobHandlersOf } from '#composition/job-handlers.ts'
import { days } from '#domain/shared/instant.ts'

// Tried on workerd, where Hyperdrive is a plain connection. At Cloudflare it pools by transaction, so there what `openPostgres` sets for
// a session (UTC, ISO dates, time limits) has to be set for the role: alter role … set statement_timeout = '60s'.

/** The parts of Workers that we use. */
type Env = Environment & { readonly HYPERDRIVE: { readonly connectionString: string }; readonly MEDIA: Bucket }
type Invocation = { waitUntil(work: Promise<unknown>): void }

/** How long the cron, which comes every minute, works before it leaves the rest to the next one, ms. */
const shift = 50_000

/** Jobs of one queue at once. What waits for one of the few sockets waits in the time that its call may take. */
const atOnce = 16

/** Everything is made for one invocation, since a socket may not outlive it. It may have six, those to Instagram among them. */
const open = async ({ HYPERDRIVE, MEDIA, ...env }: Env, wakeIntake?: () => void) => {
  const url = HYPERDRIVE.connectionString
  const loaded = loadConfig({ ...env, DATABASE_URL: url }, () => '', settingSpecs)
  if (!loaded.ok) throw new Error(loaded.error.join('\n'))
  const { keys = [], settings, rawRetentionDays, ...config } = loaded.value
  const write = (line: string): void => console.log(line)
  const logger = createLogger({ level: config.log.level, format: 'json', write, clock: systemClock })
  // Cloudflare's socket reports even that we closed it as an error.
  const database = openPostgres({ url, poolSize: 4, pipeline: false, onError: () => {} })
  const choices = {
    keys,
    settings,
    frontendUrl: config.http.frontendUrl,
    gravatar: !config.disableGravatar,
    rawRetention: days(rawRetentionDays),
    isPolled: isPolled(config),
  }
  const downloads = createPlatformFetch(config.allowPrivateNetwork ? anyNetwork : publicNetwork)
  const posts = createPlatformPosts(config.allowPrivateNetwork ? anyNetwork : publicWebhooks)
  const mediaStore = createR2Store(MEDIA)
  const copies = createCopies({ downloads, mediaStore })
  const platform = { database, mac: createWebMac(), logger, mediaStore, copies, posts }
  return { ...(await compose(platform, choices, wakeIntake)), database, config }
}

export default {
  /** Answers; after that, what came in is applied. */
  async fetch(request: Request, env: Env, invocation: Invocation): Promise<Response> {
    let waits = false
    const dovecote = await open(env, () => (waits = true))
    const { database, config, useCases, queries, clock, logger } = dovecote
    const scope = { ...dovecote, [Symbol.asyncDispose]: async () => {} }
    const readiness = async () => {
      const { pending } = await queries.intakeBacklog(clock.now())
      return { ready: true, checks: { intake: { ok: true, detail: `${pending} events wait` } } }
    }
    const answered = await createHttpApp({ ...dovecote, ...config.http, openScope: () => scope, readiness }).fetch(request)
    const applied = waits ? startIntakeLoop({ processIntake: useCases.processIntake, logger }).stop() : Promise.resolve()
    const { readable, writable } = new TransformStream()
    // A body that is still being read from the database keeps it open.
    const sent = answered.body?.pipeTo(writable).catch(() => {})
    invocation.waitUntil(Promise.all([applied, sent]).finally(() => database[Symbol.asyncDispose]()))
    return new Response(answered.body && readable, answered)
  },

  /** Does for most of each minute what a server does all the time. Hyperdrive knows no LISTEN, so jobs are polled for. */
  async scheduled(_event: unknown, env: Env): Promise<void> {
    const { database, config, useCases, logger, seedSettings } = await open(env)
    await using stack = new AsyncDisposableStack()
    stack.use(database)
    await seedSettings()
    await useCases.registerPlatformApp({ name: 'first', token: config.platformAppToken })
    const loop = startIntakeLoop({ processIntake: useCases.processIntake, logger })
    stack.defer(() => loop.stop())
    const handlers = jobHandlersOf(useCases)
    const consumer = await startJobConsumer({ database: database.jobs, handlers, logger, atOnce })
    stack.defer(() => consumer.stop())
    await new Promise((resolve) => setTimeout(resolve, shift))
  },
}
