import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { Hono } from 'hono'
import { createControlApp } from './control.ts'
import { createFaults } from './faults.ts'
import { createGraphApp } from './graph.ts'
import { createAuthorizeApp } from './oauth-authorize.ts'
import { createOAuthApp } from './oauth-token.ts'
import { createPages } from './pages.ts'
import { providerCalls } from './provider-calls.ts'
import { createRandom } from './random.ts'
import type { Simulation } from './simulation.ts'
import { createWebhookSender } from './webhook-sender.ts'
import { createWorld } from './world.ts'

export interface SandboxOptions {
  appId: string
  appSecret: string
  /** 0 or absent: a free port. */
  port?: number
  /** 127.0.0.1 when absent. */
  host?: string
  /** Epoch milliseconds; the real clock when absent. */
  now?: () => number
}

export interface Sandbox {
  /** Without a slash at the end. */
  url: string
  /** What goes into INSTAGRAM_AUTHORIZE_URL, INSTAGRAM_OAUTH_URL and INSTAGRAM_GRAPH_URL. */
  urls: { authorize: string; oauth: string; graph: string }
  app: Hono
  /** Stops the server, open connections, timers and pending webhooks. */
  close(): Promise<void>
}

/** A simulated Instagram on one port: OAuth page, token and Graph endpoints, webhook sender, control API, pages. */
export const startSandbox = async (options: SandboxOptions): Promise<Sandbox> => {
  const closing = new AbortController()
  const sim = createSimulation(options, closing.signal)
  const app = createSandboxApp(sim)
  const server = createAdaptorServer({ fetch: app.fetch, overrideGlobalObjects: false }) as Server
  const { host = '127.0.0.1', port = 0 } = options
  await listen(server, port, host)
  const { port: actualPort } = server.address() as AddressInfo
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host
  sim.url = `http://${name.includes(':') ? `[${name}]` : name}:${actualPort}`
  return {
    url: sim.url,
    urls: { authorize: `${sim.url}/www/oauth/authorize`, oauth: `${sim.url}/api`, graph: `${sim.url}/graph` },
    app,
    close: async () => {
      closing.abort()
      await stop(server)
    },
  }
}

const createSimulation = ({ appId, appSecret, now = Date.now }: SandboxOptions, closing: AbortSignal): Simulation => {
  let advancedMs = 0
  const clock = () => now() + advancedMs
  const world = createWorld()
  const random = createRandom()
  const faults = createFaults(random)
  const webhooks = createWebhookSender({ world, secret: appSecret, faults, random, now: clock, closing })
  const advance = (ms: number) => {
    advancedMs += ms
  }
  return { appId, appSecret, world, faults, random, webhooks, now: clock, advance, url: '', closing }
}

const createSandboxApp = (sim: Simulation): Hono => {
  const app = new Hono()
  app.use('/api/*', providerCalls(sim, 'api'))
  app.use('/graph/*', providerCalls(sim, 'graph'))
  app.use('/media/*', providerCalls(sim, 'media'))
  app.route('/www/oauth/authorize', createAuthorizeApp(sim))
  app.route('/api', createOAuthApp(sim))
  app.route('/graph', createGraphApp(sim))
  app.route('/control', createControlApp(sim))
  app.route('/', createPages(sim))
  return app
}

const listen = (server: Server, port: number, host: string): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })

const stop = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
