import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { connect } from 'node:net'
import { app, signed } from '../support/system.ts'

/** Begins to post a signed webhook and resolves when the server has taken the request up; `finish` sends the rest. */
export const beginWebhook = async (url: string, body: unknown): Promise<{ finish(): Promise<number | undefined> }> => {
  const raw = Buffer.from(JSON.stringify(body))
  const headers = {
    'content-type': 'application/json',
    'content-length': raw.length,
    'x-hub-signature-256': signed(raw, app.secret),
    expect: '100-continue',
    connection: 'close',
  }
  const sending = request(`${url}/webhooks/instagram`, { method: 'POST', headers })
  const answered = once(sending, 'response')
  answered.catch(() => {})
  sending.flushHeaders()
  await once(sending, 'continue')
  sending.write(raw.subarray(0, 20))
  return {
    async finish() {
      sending.end(raw.subarray(20))
      const [answer]: IncomingMessage[] = await answered
      answer?.resume()
      return answer?.statusCode
    },
  }
}

export const refusesConnections = (url: string): Promise<boolean> =>
  new Promise((resolve) => {
    const { hostname, port } = new URL(url)
    const socket = connect(Number(port), hostname)
    socket.once('connect', () => resolve(false)).once('error', () => resolve(true))
    socket.once('connect', () => socket.destroy())
  })
