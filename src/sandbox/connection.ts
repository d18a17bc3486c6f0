import { setTimeout as sleep } from 'node:timers/promises'
import type { HttpBindings } from '@hono/node-server'

/** What `@hono/node-server` hands over: the raw request and response. Absent when an app is called without a server. */
export interface NodeEnv {
  Bindings: Partial<HttpBindings>
}

/** Resolves when the answer has left, or when the connection ended without one. */
export const afterAnswer = ({ outgoing }: NodeEnv['Bindings'] = {}): Promise<void> => {
  if (outgoing === undefined) return new Promise((resolve) => setTimeout(resolve, 0))
  return new Promise((resolve) => {
    outgoing.once('finish', () => resolve())
    outgoing.once('close', () => resolve())
  })
}

/** Ends the connection at once: the client sees a reset, not an answer. */
export const cutConnection = ({ incoming }: NodeEnv['Bindings'] = {}): void => {
  incoming?.socket.destroy()
}

/** Waits for the work, but not longer than `ms`. */
export const atMost = async (ms: number, work: Promise<unknown>): Promise<void> => {
  const limit = new AbortController()
  await Promise.race([work, sleep(ms, undefined, { signal: limit.signal, ref: false }).catch(() => undefined)])
  limit.abort()
}
