import { expect, test } from 'vitest'
import type { AcceptWebhook } from '../../../src/application/intake/accept-webhook.ts'
import { err, ok } from '../../../src/domain/shared/result.ts'
import { ask, createTestApp } from './support.ts'

const url = '/webhooks/instagram'
const mib = 1024 * 1024

const refusing = (code: 'channel.unknown' | 'webhook.forged' | 'webhook.wrong_object' | 'webhook.not_stored') =>
  createTestApp({ useCases: { acceptWebhook: async () => err({ code }) } })

/** What `fetch` wants of a body that is a stream; the DOM's types do not know `duplex`. */
const streamed = (body: ReadableStream<Uint8Array>) => ({ method: 'POST', body, duplex: 'half' })

/** A body in 64 KiB chunks without an announced length, and how many of them were asked for. */
const chunked = (chunks: number) => {
  const sent = { chunks: 0 }
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (sent.chunks++ < chunks) controller.enqueue(new Uint8Array(65_536))
      else controller.close()
    },
  })
  return { sent, request: streamed(body) }
}

test('the handshake is answered with the bare challenge as text', async () => {
  const asked: (string | undefined)[] = []
  const test = createTestApp({
    useCases: {
      answerHandshake: async ({ channel, query }) => {
        asked.push(channel, query('hub.mode'), query('hub.verify_token'), query('absent'))
        return ok(query('hub.challenge') ?? '')
      },
    },
  })
  const answer = await ask(test, `${url}?hub.mode=subscribe&hub.verify_token=t%26t&hub.challenge=<1158201444>`, { token: '' })
  expect(answer).toMatchObject({ status: 200, text: '<1158201444>' })
  expect(answer.headers.get('content-type')).toMatch(/^text\/plain/)
  expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
  expect(asked).toEqual(['instagram', 'subscribe', 't&t', undefined])
})

test('a wrong verify token is refused', async () => {
  const test = createTestApp({ useCases: { answerHandshake: async () => err({ code: 'webhook.wrong_verify_token' }) } })
  expect(await ask(test, `${url}?hub.verify_token=no&hub.challenge=1`)).toMatchObject({
    status: 403,
    body: { code: 'webhook.wrong_verify_token' },
  })
})

test('the exact bytes and the headers reach the use case', async () => {
  const bytes = new Uint8Array([0xef, 0xbb, 0xbf, 0x7b, 0xff, 0x00, 0x7d])
  const seen: Parameters<AcceptWebhook>[0][] = []
  const test = createTestApp({
    useCases: {
      acceptWebhook: async (request) => {
        seen.push(request)
        return ok(null)
      },
    },
  })
  const response = await test.app.request(url, { method: 'POST', body: bytes, headers: { 'X-Hub-Signature-256': 'sha256=ab' } })
  expect([response.status, await response.text()]).toEqual([200, 'ok'])
  expect(seen[0]).toMatchObject({ channel: 'instagram', body: bytes })
  expect(seen[0]?.header('x-hub-signature-256')).toBe('sha256=ab')
  expect(test.scopes).toEqual({ opened: 1, closed: 1 })
})

test.each([
  ['webhook.forged', 401],
  ['webhook.wrong_object', 422],
  ['channel.unknown', 404],
] as const)('%s is answered with %i and nothing but the sentence', async (code, status) => {
  const answer = await ask(refusing(code), url, { json: {}, headers: { 'x-hub-signature-256': 'sha256=0011' } })
  expect(answer).toMatchObject({ status, body: { code } })
  expect(Object.keys(answer.body)).toEqual(['error', 'code'])
  expect(answer.text).not.toContain('0011')
})

test('what could not be stored is to be sent again', async () => {
  const answer = await ask(refusing('webhook.not_stored'), url, { json: {} })
  expect(answer.status).toBe(503)
  expect(answer.headers.get('retry-after')).toBe('1')
})

test('4 MiB pass, one byte more does not, announced or not', async () => {
  const test = createTestApp({ useCases: { acceptWebhook: async () => ok(null) } })
  const post = async (length: number) => (await test.app.request(url, { method: 'POST', body: new Uint8Array(length) })).status
  expect(await post(4 * mib)).toBe(200)
  expect(await post(4 * mib + 1)).toBe(413)
  const announced = { method: 'POST', body: 'short', headers: { 'content-length': String(4 * mib + 1) } }
  expect((await test.app.request(url, announced)).status).toBe(413)
})

test('a body in chunks is read whole', async () => {
  const lengths: number[] = []
  const test = createTestApp({
    useCases: {
      acceptWebhook: async ({ body }) => {
        lengths.push(body.length)
        return ok(null)
      },
    },
  })
  expect((await test.app.request(url, chunked(64).request)).status).toBe(200)
  expect(lengths).toEqual([4 * mib])
})

test.each([
  ['no length', {}],
  ['a length that the chunks overrule', { 'content-length': '1', 'transfer-encoding': 'chunked' }],
])('a body in chunks with %s is not read past the limit', async (_name, headers: Record<string, string>) => {
  const { sent, request } = chunked(10_000)
  const response = await createTestApp().app.request(url, { ...request, headers })
  expect(response.status).toBe(413)
  expect(await response.json()).toMatchObject({ code: 'webhook.too_large' })
  expect(sent.chunks).toBeLessThan(70)
})

test('a body that breaks off is a bad request, not a fault of ours', async () => {
  const test = createTestApp()
  const body = new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(new Error('socket closed')) })
  const response = await test.app.request(url, streamed(body))
  expect(response.status).toBe(400)
  expect(test.lines.filter(({ level }) => level === 'error')).toEqual([])
})

test('the log line of a webhook is for debugging and holds neither query nor body', async () => {
  const test = createTestApp({ useCases: { answerHandshake: async () => ok('1') } })
  await ask(test, `${url}?hub.verify_token=hush`)
  expect(test.lines).toEqual([
    { level: 'debug', event: 'http.request', fields: { requestId: 'made-here', method: 'GET', path: url, status: 200, ms: 0 } },
  ])
})
