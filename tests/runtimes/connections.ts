import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { IncomingMessage } from 'node:http'

const channel = 'http.server.request.start'

/** Watches the HTTP servers of this process, the simulated Instagram among them. */
export const watchConnections = (): Disposable & {
  /** How many requests the connection of the newest one like `METHOD /path` had carried before it. */
  carriedBefore(what: RegExp): number
} => {
  const requests: { readonly what: string; readonly before: number }[] = []
  const carried = new WeakMap<object, number>()
  const note = (message: unknown): void => {
    const { request } = message as { request: IncomingMessage }
    const before = carried.get(request.socket) ?? 0
    carried.set(request.socket, before + 1)
    requests.push({ what: `${request.method} ${request.url}`, before })
  }
  subscribe(channel, note)
  return {
    carriedBefore: (what) => requests.findLast((request) => what.test(request.what))?.before ?? 0,
    [Symbol.dispose]: () => void unsubscribe(channel, note),
  }
}
