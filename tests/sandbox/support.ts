import { createHmac, timingSafeEqual } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { createSandboxClient } from '../../src/sandbox/client.ts'
import { type SandboxOptions, startSandbox } from '../../src/sandbox/index.ts'

export const APP = { appId: '700100200300400', appSecret: 'pigeon-post-secret' }
export const VERIFY_TOKEN = 'open-the-loft'

/** As much of an event as the tests look into. */
export interface ReceivedEvent extends Record<string, unknown> {
  message?: { mid: string; text?: string; is_echo?: boolean }
}

export interface Received {
  raw: string
  body: { object: string; entry: { id: string; time: number; messaging: ReceivedEvent[] }[] }
  headers: Record<string, string | undefined>
  signed: boolean
}

/** A webhook receiver that answers the handshake, checks signatures and can be told what to answer. */
export const startReceiver = async (answer: (received: Received) => number | Promise<number> = () => 200) => {
  const received: Received[] = []
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://receiver')
    if (request.method === 'GET') {
      const right = url.searchParams.get('hub.verify_token') === VERIFY_TOKEN
      response.writeHead(right ? 200 : 403).end(right ? url.searchParams.get('hub.challenge') : 'no')
      return
    }
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const raw = Buffer.concat(chunks).toString()
    const event = { raw, body: parsed(raw), headers: flat(request.headers), signed: isSigned(raw, request.headers['x-hub-signature-256']) }
    received.push(event)
    response.writeHead(await answer(event)).end('noted')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return { received, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook` }
}

const parsed = (raw: string) => {
  try {
    return JSON.parse(raw)
  } catch {
    return undefined
  }
}

const flat = (headers: NodeJS.Dict<string | string[]>) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join() : value]))

const isSigned = (raw: string, header: string | string[] | undefined): boolean => {
  const wanted = Buffer.from(`sha256=${createHmac('sha256', APP.appSecret).update(raw).digest('hex')}`)
  const given = Buffer.from(String(header))
  return wanted.length === given.length && timingSafeEqual(wanted, given)
}

/** The events of all webhooks, in order of arrival. */
export const eventsOf = (received: readonly Received[]): ReceivedEvent[] =>
  received.flatMap(({ body }) => body.entry.flatMap(({ messaging }) => messaging))

export const textsOf = (received: readonly Received[]) => eventsOf(received).map(({ message }) => message?.text)

/** A sandbox with its client, closed after the test. */
export const startWorld = async (options: Partial<SandboxOptions> = {}) => {
  const sandbox = await startSandbox({ ...APP, ...options })
  onTestFinished(() => sandbox.close())
  return { ...sandbox, client: createSandboxClient(sandbox.url) }
}

export const EVERY_FIELD = [
  'messages',
  'messaging_postbacks',
  'messaging_seen',
  'message_reactions',
  'messaging_referral',
  'message_echoes',
  'message_edit',
]

/** A sandbox with a receiver, one subscribed business with a token, and one customer. */
export const startShop = async (answer?: Parameters<typeof startReceiver>[0], options: Partial<SandboxOptions> = {}) => {
  const receiver = await startReceiver(answer)
  const world = await startWorld(options)
  const { client } = world
  await client.configure({ callback_url: receiver.url, verify_token: VERIFY_TOKEN, retry_base_ms: 10, retry_max_ms: 40 })
  const business = await client.createBusiness({ username: 'loft.and.seed', subscribed_fields: EVERY_FIELD })
  const customer = await client.createCustomer(business.user_id, { name: 'Ida Wren', username: 'ida.wren' })
  const { access_token } = await client.issueToken(business.user_id)
  const graph = (path: string, init: GraphCall = {}) => callGraph(`${world.urls.graph}${path}`, access_token, init)
  const say = (text: string, rest: object = {}, signal?: AbortSignal) =>
    graph('/v25.0/me/messages', { json: { recipient: { id: customer.igsid }, message: { text }, ...rest }, ...(signal && { signal }) })
  return { ...world, receiver, business, customer, access_token, graph, say }
}

export interface GraphCall {
  method?: string
  json?: unknown
  token?: string
  signal?: AbortSignal
}

/** One call with a bearer token: status and JSON. */
export const callGraph = async (
  url: string,
  token: string,
  { json, method = json ? 'POST' : 'GET', token: other, signal }: GraphCall = {},
) => {
  const response = await fetch(url, {
    method,
    headers: { authorization: `Bearer ${other ?? token}`, ...(json !== undefined && { 'content-type': 'application/json' }) },
    ...(signal && { signal }),
    ...(json !== undefined && { body: JSON.stringify(json) }),
  })
  return { status: response.status, body: await response.json(), headers: response.headers }
}
