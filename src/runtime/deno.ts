import { createNodeMac } from '#adapters/crypto/node-mac.ts'
import { main } from './main.ts'
import type { Fetch } from './server.ts'

/** The part of Deno that we use. */
declare const Deno: {
  serve(
    options: { port: number; hostname: string; onListen: (at: { port: number }) => void },
    handler: (request: Request, from: { remoteAddr: { hostname?: string } }) => ReturnType<Fetch>,
  ): { addr: { port: number }; shutdown(): Promise<void> }
}

await main({
  mac: createNodeMac(),
  async listen(fetch, { port, host }) {
    const server = Deno.serve({ port, hostname: host, onListen: () => {} }, (request, { remoteAddr }) =>
      fetch(request, { address: () => remoteAddr.hostname }),
    )
    return { port: server.addr.port, close: () => server.shutdown() }
  },
})
