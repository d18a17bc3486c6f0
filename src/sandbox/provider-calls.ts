import { setTimeout as sleep } from 'node:timers/promises'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import type { Context, MiddlewareHandler } from 'hono'
import { cutConnection, type NodeEnv } from './connection.ts'
import type { FaultAction } from './faults.ts'
import type { Simulation } from './simulation.ts'
import { keep, type ProviderCall } from './world.ts'

/** Around every call that the app makes: writes it down and applies the fault that matches. */
export const providerCalls =
  (sim: Simulation, host: ProviderCall['host']): MiddlewareHandler<NodeEnv> =>
  async (c, next) => {
    const call: ProviderCall = {
      host,
      method: c.req.method,
      path: new URL(c.req.url).pathname.slice(host.length + 1),
      query_keys: Object.keys(c.req.query()),
      body: await jsonBody(c),
      status: null,
      fault: null,
      at: sim.now(),
    }
    keep(sim.world.calls, call)
    const fault = sim.faults.take(call)
    if (fault === undefined) await next()
    else call.fault = fault.id
    const answered = fault === undefined || (await suffer(sim, fault.do, c, next))
    call.status = answered ? c.res.status : null
  }

const jsonBody = async (c: Context): Promise<unknown> =>
  /json/.test(c.req.header('content-type') ?? '') ? c.req.json().catch(() => null) : null

/** In the order that `FaultAction` promises. Returns whether there is an answer. */
const suffer = async ({ closing }: Simulation, fault: FaultAction, c: Context<NodeEnv>, next: () => Promise<void>): Promise<boolean> => {
  const wait = (ms: number | undefined) => (ms ? sleep(ms, undefined, { signal: closing }).catch(() => undefined) : undefined)
  await wait(fault.delay_ms)
  if (fault.drop === 'before') return drop(c)
  if (fault.status !== undefined || fault.body !== undefined || fault.raw_body !== undefined) c.res = scripted(fault)
  else {
    await next()
    for (const [name, value] of Object.entries(fault.headers ?? {})) c.res.headers.set(name, value)
  }
  await wait(fault.hang_ms)
  return fault.drop === 'after' ? drop(c) : true
}

const drop = (c: Context<NodeEnv>): false => {
  cutConnection(c.env)
  c.res = RESPONSE_ALREADY_SENT
  return false
}

const scripted = ({ status = 200, body, raw_body, headers }: FaultAction): Response =>
  new Response(raw_body ?? (body === undefined ? null : JSON.stringify(body)), {
    status,
    headers: { 'content-type': raw_body === undefined ? 'application/json' : 'text/html', ...headers },
  })
