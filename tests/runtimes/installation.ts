import { randomUUID } from 'node:crypto'
import { tmpdir } from 'node:os'
import { createApi } from '../../src/cli/api.ts'
import { freePort } from '../../src/cli/demo/free-port.ts'
import { setUpTenant } from '../../src/cli/set-up.ts'
import { createSandboxClient } from '../../src/sandbox/client.ts'
import { type Sandbox, startSandbox } from '../../src/sandbox/index.ts'
import { app, eventually, type System, signed } from '../support/system.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { type Ending, type ServerProcess, startServerProcess } from './server-process.ts'
import type { Runtime } from './toolchains.ts'

/** Dovecote as a user of a runtime starts it: its real entry, in a process of its own, beside a simulated Instagram in this one. */
export interface Installation extends System {
  /** Ends the process as an operator would; the data stays. */
  stop(): Promise<Ending>
  /** Starts it once more, in the same place. */
  start(): Promise<void>
}

export interface InstallationOptions {
  /** None: an embedded database. */
  readonly databaseUrl?: string
}

const platformToken = 'the-platform-token-of-the-test'

const environment = (port: number, folder: string, sandbox: Sandbox, databaseUrl: string | undefined): Record<string, string> => ({
  PATH: `${process.env.PATH}`,
  // For the caches of Deno and Bun, and for what wrangler writes.
  HOME: folder,
  TMPDIR: folder,
  PORT: `${port}`,
  FRONTEND_URL: `http://localhost:${port}`,
  DATA_DIR: `${folder}/data`,
  ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl, ENCRYPTION_KEYS: `test:${Buffer.alloc(32, 7).toString('base64')}` }),
  PLATFORM_APP_TOKEN: platformToken,
  ALLOW_PRIVATE_NETWORK: 'true',
  INSTAGRAM_APP_ID: app.id,
  INSTAGRAM_APP_SECRET: app.secret,
  INSTAGRAM_VERIFY_TOKEN: app.verifyToken,
  INSTAGRAM_AUTHORIZE_URL: sandbox.urls.authorize,
  INSTAGRAM_OAUTH_URL: sandbox.urls.oauth,
  INSTAGRAM_GRAPH_URL: sandbox.urls.graph,
})

const postWebhook =
  (url: string): System['webhook'] =>
  (body, { secret = app.secret, channel = 'instagram' } = {}) => {
    const raw = JSON.stringify(body)
    const headers = { 'content-type': 'application/json', ...(secret === null ? {} : { 'x-hub-signature-256': signed(raw, secret) }) }
    return fetch(`${url}/webhooks/${channel}`, { method: 'POST', body: raw, headers })
  }

/** Lets the cron come: it registers the platform app and works for the next minute. */
const beginShift = async (url: string, platform: System['platform']): Promise<void> => {
  fetch(`${url}/__scheduled`).catch(() => {})
  const isRegistered = () =>
    platform('GET', '/platform/api/v1/intake_events').then(
      () => true,
      () => false,
    )
  await eventually(isRegistered, 'the work of the cron')
}

/** Installs Dovecote with a tenant and tells the simulated Instagram about it. */
export const install = async (runtime: Runtime, { databaseUrl }: InstallationOptions = {}): Promise<Installation> => {
  await using stack = new AsyncDisposableStack()
  const folder = stack.use(temporaryFolder(tmpdir()))
  const sandbox = await startSandbox({ appId: app.id, appSecret: app.secret })
  stack.defer(() => sandbox.close())
  const port = await freePort(0)
  const url = `http://127.0.0.1:${port}`
  const start = () => startServerProcess(runtime, environment(port, folder.path, sandbox, databaseUrl), url)
  let server: ServerProcess = await start()
  stack.defer(() => server[Symbol.asyncDispose]())

  const instagram = createSandboxClient(sandbox.url)
  await instagram.configure({ callback_url: `${url}/webhooks/instagram`, verify_token: app.verifyToken })
  const platform = createApi(url, platformToken)
  if (!runtime.isServer) await beginShift(url, platform)
  const tenant = await setUpTenant(platform, { account: 'Test shop', name: 'Tess Tester', email: `${randomUUID()}@shop.example` })
  const user = createApi(url, tenant.token)
  const open = stack.move()
  return {
    url,
    instagram,
    instagramUrl: sandbox.url,
    platform,
    tenant,
    api: (method, path, body) => user(method, `/api/v1/accounts/${tenant.accountId}${path}`, body),
    webhook: postWebhook(url),
    stop: () => server.stop(),
    async start() {
      server = await start()
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}
