import { createHmac } from 'node:crypto'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What the software of an account is told. */
export interface ToldJson {
  readonly event: string
  readonly id: number
  readonly content?: string | null
  readonly status: string
  readonly private?: boolean
  readonly message_type?: string
  readonly delivery?: { readonly state: string }
  readonly conversation?: { readonly id: number; readonly contact_inbox: { readonly source_id: string } }
}

export interface Told {
  readonly headers: IncomingHttpHeaders
  readonly raw: Buffer
  readonly json: ToldJson
  readonly at: number
}

/** The status to answer, with headers; null: no answer. */
export type Reaction = { readonly status: number; readonly headers?: Readonly<Record<string, string>> } | null

export interface BridgeServer extends AsyncDisposable {
  readonly url: string
  /** All that came, in order. */
  readonly told: readonly Told[]
}

/** Software of an account's own, on this machine. */
export const startBridgeServer = async (react: (told: Told) => Reaction = () => ({ status: 200 })): Promise<BridgeServer> => {
  const told: Told[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const raw = Buffer.concat(chunks)
    const one = { headers: request.headers, raw, json: JSON.parse(raw.toString()), at: Date.now() }
    told.push(one)
    const reaction = react(one)
    if (reaction) response.writeHead(reaction.status, reaction.headers).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/in`,
    told,
    async [Symbol.asyncDispose]() {
      server.close().closeAllConnections()
    },
  }
}

/** The signatures that a receiver computes for itself. */
export const expectedSignatures = (secret: string, { headers, raw }: Told) => {
  const mac = (key: Buffer | string, ...parts: (string | Buffer)[]) => {
    const hmac = createHmac('sha256', key)
    for (const part of parts) hmac.update(part)
    return hmac.digest()
  }
  const standard = mac(
    Buffer.from(secret.replace('whsec_', ''), 'base64'),
    `${headers['webhook-id']}.${headers['webhook-timestamp']}.`,
    raw,
  )
  const chatwoot = mac(secret, `${headers['x-chatwoot-timestamp']}.`, raw)
  return {
    'webhook-signature': `v1,${standard.toString('base64')}`,
    'x-chatwoot-signature': `sha256=${chatwoot.toString('hex')}`,
  }
}
