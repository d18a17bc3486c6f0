import { Agent, request } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { createApi } from '../../../src/cli/api.ts'
import { contactKey, messageBody, sign } from '../load/traffic.ts'
import { platformToken, type Scene } from '../scene.ts'

/** Writes as one customer after the other and looks over REST until the message is there. */
export interface Probe extends Disposable {
  /** For so many seconds; answers for each message how many ms passed from the webhook to the first look that found it. */
  run(seconds: number): Promise<number[]>
}

type Call = (method: string, path: string, headers: Record<string, string>, body?: string) => Promise<string>

/** Over one kept connection: what is measured must not be the client. */
const createCall = (port: number, agent: Agent): Call => {
  return (method, path, headers, body) =>
    new Promise((resolve, reject) => {
      const sent = request({ port, host: '127.0.0.1', agent, method, path, headers }, (response) => {
        let text = ''
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk
        })
        response.on('end', () => (response.statusCode === 200 ? resolve(text) : reject(new Error(`${path}: ${response.statusCode}`))))
      })
      sent.once('error', reject)
      sent.end(body)
    })
}

const displayIds = async (url: string, contacts: readonly number[]): Promise<Map<number, number>> => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query(
    `select ci.source_id, c.display_id from conversations c join contact_inboxes ci on ci.id = c.contact_inbox_id where ci.source_id = any($1)`,
    [contacts.map(contactKey)],
  )
  await client.end()
  return new Map(contacts.map((contact) => [contact, Number(rows.find((row) => row.source_id === contactKey(contact))?.display_id)]))
}

/** Between two probes, ms. */
const pause = 80
/** A message that is not there after this time is an error, ms. */
const patience = 30_000

let sent = 0

/** A probe of known contacts in the inboxes 1 to 19: never of the one that gets more than others. */
export const openProbe = async ({ ours, tenant, databaseUrl }: Scene): Promise<Probe> => {
  const path = `/platform/api/v1/users/${tenant.userId}/token`
  const { access_token: token } = await createApi(ours.url, platformToken)<{ access_token: string }>('POST', path)
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const call = createCall(ours.port, agent)
  const contacts = Array.from({ length: 19 }, (_, n) => n + 1)
  const conversations = await displayIds(databaseUrl, contacts)

  const untilVisible = async (conversation: number, mid: string): Promise<void> => {
    const messages = `/api/v1/accounts/${tenant.accountId}/conversations/${conversation}/messages`
    for (const deadline = performance.now() + patience; performance.now() < deadline; )
      if ((await call('GET', messages, { api_access_token: token })).includes(mid)) return
    throw new Error('A message did not become visible.')
  }
  const probeOnce = async (): Promise<number> => {
    const contact = 1 + (++sent % contacts.length)
    const mid = `probe-${sent}-of-this-run`
    const body = messageBody(contact, contactKey(contact), mid)
    const startedAt = performance.now()
    await call('POST', '/webhooks/instagram', { 'content-type': 'application/json', 'x-hub-signature-256': sign(body) }, body)
    await untilVisible(conversations.get(contact) ?? 0, mid)
    return performance.now() - startedAt
  }
  return {
    async run(seconds) {
      const found: number[] = []
      for (const end = performance.now() + seconds * 1000; performance.now() < end; await delay(pause)) found.push(await probeOnce())
      return found
    },
    [Symbol.dispose]: () => agent.destroy(),
  }
}
