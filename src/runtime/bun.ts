import { createNodeMac } from '#adapters/crypto/node-mac.ts'
import { main } from './main.ts'
import type { Fetch } from './server.ts'

/** The part of Bun that we use. */
declare const Bun: {
  serve(options: { fetch: Fetch; port: number; hostname: string; idleTimeout: number }): { port: number; stop(): Promise<void> }
}

await main({
  mac: createNodeMac(),
  async listen(fetch, { port, host }) {
    const server = Bun.serve({ fetch: (request) => fetch(request), port, hostname: host, idleTimeout: 30 })
    return { port: server.port, close: () => server.stop() }
  },
})
