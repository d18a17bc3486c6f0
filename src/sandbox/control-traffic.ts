import { type Context, Hono } from 'hono'
import { causeOf, postToCallback } from './callback.ts'
import { businessOf, input, newest } from './control-input.ts'
import { anything, ControlError, oneOf, record, text } from './input.ts'
import { sign, signedRequest, toWireJson } from './signature.ts'
import type { Simulation } from './simulation.ts'

const IDLE_DEFAULT_MS = 10_000
const IDLE_MAX_MS = 60_000
const POST_MS = 30_000

/** What went over the wire, and posting to the app's callbacks by hand. */
export const createTrafficControl = (sim: Simulation): Hono =>
  new Hono()
    .get('/deliveries', (c) => c.json({ data: newest(c, sim.webhooks.list().filter(matching(c, ['business_id', 'state', 'field']))) }))
    .get('/deliveries/idle', async (c) => {
      const timeout = Math.min(Number(c.req.query('timeout_ms') ?? IDLE_DEFAULT_MS) || 0, IDLE_MAX_MS)
      const idle = await sim.webhooks.idle(timeout)
      return c.json({ idle, pending: sim.webhooks.pending() })
    })
    .get('/requests', (c) => {
      const calls = sim.world.calls.filter(({ host }) => host !== 'media' || c.req.query('host') === 'media')
      return c.json({ data: newest(c, calls.filter(matching(c, ['host', 'method', 'path']))) })
    })
    .post('/webhooks', async (c) => {
      const wanted = await input(c, { body: anything, 'signature?': oneOf('valid', 'wrong', 'none'), 'secret?': text, 'headers?': record })
      return c.json(await postRaw(sim, wanted))
    })
    .post('/businesses/:id/deauthorize', async (c) => {
      const business = businessOf(sim, c.req.param('id'))
      for (const token of sim.world.tokens.values()) if (token.business_id === business.user_id) token.failure = 'appRemoved'
      business.subscribed_fields = []
      return c.json(await postSigned(sim, sim.world.app.deauthorize_url, business.id))
    })
    .post('/businesses/:id/data-deletion', async (c) =>
      c.json(await postSigned(sim, sim.world.app.data_deletion_url, businessOf(sim, c.req.param('id')).id)),
    )

/** `?state=failed`: the value itself; `?path=`: a part of it. */
const matching =
  <T extends object>(c: Context, keys: (keyof T & string)[]) =>
  (item: T): boolean =>
    keys.every((key) => {
      const wanted = c.req.query(key)
      return wanted === undefined || (key === 'path' ? String(item[key]).includes(wanted) : String(item[key]) === wanted)
    })

interface RawPost {
  body?: unknown
  signature?: 'valid' | 'wrong' | 'none'
  secret?: string
  headers?: Record<string, unknown>
}

/** A text is sent byte for byte, anything else as wire JSON. One attempt, no record. */
const postRaw = async (
  { world, appSecret, closing }: Simulation,
  { body, signature = 'valid', secret = appSecret, headers = {} }: RawPost,
) => {
  const url = world.app.callback_url
  if (url === null) throw new ControlError(409, 'callback.missing', 'The app has no callback_url')
  const raw = typeof body === 'string' ? body : toWireJson(body)
  const value = sign(signature === 'wrong' ? `not ${secret}` : secret, raw)
  const texts = Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, String(text)]))
  return answered(postToCallback(url, raw, { ...(signature !== 'none' && { signature: value }), headers: texts, signal: limited(closing) }))
}

/** `signed_request` as a form, with the app-scoped id. */
const postSigned = async ({ appSecret, now, closing }: Simulation, url: string | null, userId: string) => {
  if (url === null) throw new ControlError(409, 'callback.missing', 'The app has no URL for this')
  const issued_at = Math.floor(now() / 1000)
  const form = new URLSearchParams({ signed_request: signedRequest(appSecret, { user_id: userId, issued_at, expires: issued_at + 3600 }) })
  return answered(
    postToCallback(url, form.toString(), { headers: { 'content-type': 'application/x-www-form-urlencoded' }, signal: limited(closing) }),
  )
}

const limited = (closing: AbortSignal): AbortSignal => AbortSignal.any([closing, AbortSignal.timeout(POST_MS)])

const answered = async (post: Promise<{ status: number; body: string }>) =>
  post.catch((error: unknown) => {
    throw new ControlError(502, 'callback.unreachable', causeOf(error))
  })
