import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { belongsTo } from '#adapters/postgres/origin.ts'
import type { Config } from '#composition/config.ts'
import { openLogger } from '../../runtime/environment.ts'
import { openDatabase } from '../../runtime/installation.ts'
import { nodeHost } from '../../runtime/node-host.ts'
import { type Server, startServer } from '../../runtime/server.ts'
import { createSandboxClient, type SandboxClient } from '../../sandbox/client.ts'
import { type Sandbox, startSandbox } from '../../sandbox/index.ts'
import { UsageError } from '../command.ts'
import { freePort } from './free-port.ts'

/** Everything that the demo starts: a simulated Instagram, and a Dovecote that talks to it. */
export interface DemoWorld extends AsyncDisposable {
  readonly instagram: SandboxClient
  readonly instagramUrl: string
  readonly server: Server
  readonly verifyToken: string
}

const random = (bytes: number): string => randomBytes(bytes).toString('hex')

/** The demo keeps to itself: data in a folder of its own, quiet logs, ports that are free. */
const demoConfig = async (config: Config): Promise<Config> => {
  const port = await freePort(config.http.port)
  const dataDir = join(config.dataDir, 'demo')
  return {
    ...config,
    http: { port, host: '127.0.0.1', frontendUrl: `http://localhost:${port}` },
    dataDir,
    database: config.database.kind === 'embedded' ? { kind: 'embedded', dataDir } : config.database,
    role: 'all',
    // The simulated Instagram has its pictures on this machine.
    allowPrivateNetwork: true,
    log: { ...config.log, level: config.log.level === 'debug' ? 'debug' : 'warn' },
  }
}

/** Settings that point at the simulated Instagram; they are never stored, so a real set-up in the same database stays as it is. */
const settingsFor = (app: { id: string; secret: string; verifyToken: string }, sandbox: Sandbox): ReadonlyMap<string, string> =>
  new Map([
    ['INSTAGRAM_APP_ID', app.id],
    ['INSTAGRAM_APP_SECRET', app.secret],
    ['INSTAGRAM_VERIFY_TOKEN', app.verifyToken],
    ['INSTAGRAM_AUTHORIZE_URL', sandbox.urls.authorize],
    ['INSTAGRAM_OAUTH_URL', sandbox.urls.oauth],
    ['INSTAGRAM_GRAPH_URL', sandbox.urls.graph],
  ])

const appName = 'demo'

/** The demo takes every job that waits to its simulated Instagram, so it never touches what somebody else's installation wrote. */
const refuseForeign = async (config: Config): Promise<void> => {
  if (config.database.kind === 'embedded') return
  await using database = await openDatabase(config, openLogger(config))
  if (await belongsTo(database, appName)) return
  throw new UsageError(
    'The demo needs a database of its own, and the one in DATABASE_URL holds something else; leave DATABASE_URL out, or name an empty database.',
  )
}

export const startDemoWorld = async (given: Config): Promise<DemoWorld> => {
  await refuseForeign(given)
  await using stack = new AsyncDisposableStack()
  const app = { id: `${Date.now()}`, secret: random(16), verifyToken: random(8) }
  const sandbox = await startSandbox({ appId: app.id, appSecret: app.secret, port: await freePort(given.sandboxPort) })
  stack.defer(() => sandbox.close())
  const config = await demoConfig(given)
  const server = stack.use(
    await startServer({
      config,
      host: nodeHost,
      logger: openLogger(config),
      fixedSettings: settingsFor(app, sandbox),
      platformAppName: appName,
      mayGenerateSecrets: true,
    }),
  )
  const open = stack.move()
  return {
    instagram: createSandboxClient(sandbox.url),
    instagramUrl: sandbox.url,
    server,
    verifyToken: app.verifyToken,
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}
