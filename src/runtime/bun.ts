import { createNodeMac } from '#adapters/crypto/node-mac.ts'
import { main } from './main.ts'
import type { Fetch } from './server.ts'

interface BunServer {
  requestIP(request: Request): { address: string } | null
}

/** The part of Bun that we use. */
declare const Bun: {
  serve(options: {
    fetch: (request: Request, server: BunServer) => ReturnType<Fetch>
    port: number
    hostname: string
    idleTimeout: number
  }): { port: number; stop(): Promise<void> }
}

await main({
  mac: createNodeMac(),
  async listen(fetch, { port, host }) {
    const server = Bun.serve({
      fetch: (request, from) => fetch(request, { address: () => from.requestIP(request)?.address }),
      port,
      hostname: host,
      idleTimeout: 30,
    })
    return { port: server.port, close: () => server.stop() }
  },
})
