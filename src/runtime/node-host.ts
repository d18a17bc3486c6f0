import type { Server } from 'node:http'
import { serve } from '@hono/node-server'
import { createNodeMac } from '#adapters/crypto/node-mac.ts'
import type { Host } from './server.ts'

/** How long requests at hand may take to finish once we stop, ms. */
const drainTimeout = 5_000

/** How often to look for connections whose last request is over, ms. Without a look they idle until their keep-alive ends. */
const lookForIdle = 50

const close = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    const idle = setInterval(() => server.closeIdleConnections(), lookForIdle)
    const limit = setTimeout(() => server.closeAllConnections(), drainTimeout)
    server.close(() => {
      clearInterval(idle)
      clearTimeout(limit)
      resolve()
    })
    server.closeIdleConnections()
  })

export const nodeHost: Host = {
  mac: createNodeMac(),
  listen: (fetch, { port, host }) =>
    new Promise((resolve, reject) => {
      const server = serve(
        {
          fetch: (request, { incoming }) => fetch(request, { address: () => incoming.socket.remoteAddress }),
          port,
          hostname: host,
        },
        (info) => resolve({ port: info.port, close: () => close(server as Server) }),
      )
      server.once('error', reject)
    }),
}
