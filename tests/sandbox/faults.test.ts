import { expect, test } from 'vitest'
import { startShop, textsOf } from './support.ts'

const MESSAGES = { host: 'graph', path: '/messages$' } as const

const startTalk = async () => {
  const shop = await startShop()
  await shop.client.write(shop.customer.igsid, { text: 'hi' })
  await shop.client.idle()
  shop.receiver.received.length = 0
  const sent = async () =>
    (await shop.client.messages(shop.customer.igsid)).filter(({ origin }) => origin === 'api').map(({ text }) => text)
  return { ...shop, sent }
}

test('drop before: the client sees a broken connection, and nothing happened', async () => {
  const { client, say, sent } = await startTalk()
  const fault = await client.addFault({ match: MESSAGES, times: 1, do: { drop: 'before' } })
  await expect(say('lost')).rejects.toThrow('fetch failed')
  expect(await sent()).toEqual([])
  expect((await client.requests({ path: '/messages' })).at(-1)).toMatchObject({ status: null, fault: fault.id })
  expect((await say('found')).status).toBe(200)
  expect(await sent()).toEqual(['found'])
})

test('drop after: the client sees a broken connection, but the message is there and its echo comes', async () => {
  const { client, say, sent, receiver } = await startTalk()
  await client.addFault({ match: MESSAGES, times: 1, do: { drop: 'after' } })
  await expect(say('uncertain')).rejects.toThrow('fetch failed')
  expect(await sent()).toEqual(['uncertain'])
  expect(await client.idle()).toEqual({ idle: true, pending: 0 })
  expect(textsOf(receiver.received)).toEqual(['uncertain'])
})

test('hang: the effect is there long before the answer', async () => {
  const { client, say, sent } = await startTalk()
  await client.addFault({ match: MESSAGES, do: { hang_ms: 10_000 } })
  const gaveUp = say('slow', {}, AbortSignal.timeout(200)).catch((error: Error) => error.name)
  await expect.poll(sent, { interval: 5 }).toEqual(['slow'])
  expect(await gaveUp).toBe('TimeoutError')
})

test('delay: the effect waits too', async () => {
  const { client, say, sent } = await startTalk()
  await client.addFault({ match: MESSAGES, do: { delay_ms: 120 } })
  const start = performance.now()
  const sending = say('later')
  await expect.poll(() => client.requests({ path: '/messages' }), { interval: 5 }).toHaveLength(1)
  expect(await sent()).toEqual([])
  expect((await sending).status).toBe(200)
  expect(performance.now() - start).toBeGreaterThanOrEqual(115)
})

test('status and body replace the effect; raw bodies and headers too', async () => {
  const { client, say, sent } = await startTalk()
  await client.addFault({ match: MESSAGES, times: 1, do: { status: 500, body: { error: { code: 2, is_transient: true } } } })
  expect(await say('no')).toMatchObject({ status: 500, body: { error: { code: 2 } } })
  await client.addFault({ match: MESSAGES, times: 1, do: { status: 429, raw_body: '{}', headers: { 'retry-after': '7' } } })
  const limited = await say('no')
  expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '7'])
  expect(await sent()).toEqual([])
})

test('headers alone are added to the real answer', async () => {
  const { client, say } = await startTalk()
  const usage = '{"call_count":91,"total_time":12,"total_cputime":8}'
  await client.addFault({ match: MESSAGES, do: { headers: { 'x-app-usage': usage } } })
  const { status, headers } = await say('counted')
  expect([status, headers.get('x-app-usage')]).toEqual([200, usage])
})

test('rules match by host, path and method, and are used up', async () => {
  const { client, graph, access_token, urls } = await startTalk()
  const fail = (match: object) => client.addFault({ match, times: 2, do: { status: 503, body: {} } })
  await fail({ host: 'api' })
  await fail({ method: 'post' })
  await fail({ path: '^/refresh' })
  expect((await graph('/v25.0/me')).status).toBe(200)
  expect((await fetch(`${urls.graph}/refresh_access_token?access_token=${access_token}`)).status).toBe(503)
  expect((await fetch(`${urls.oauth}/oauth/access_token`, { method: 'POST' })).status).toBe(503)
  expect((await client.faults()).map(({ times, hits }) => [times, hits])).toEqual([
    [1, 1],
    [2, 0],
    [1, 1],
  ])
  expect(await client.clearFaults()).toEqual({ removed: 3 })
  expect((await graph('/refresh_access_token')).status).not.toBe(503)
})

test('a seed repeats what chance does', async () => {
  const { client, graph } = await startTalk()
  await client.addFault({ match: { host: 'graph' }, probability: 0.5, do: { status: 503, body: {} } })
  const statuses = async () => {
    await client.seed(42)
    const all: number[] = []
    for (let call = 0; call < 12; call += 1) all.push((await graph('/v25.0/me')).status)
    return all
  }
  const first = await statuses()
  expect(new Set(first)).toEqual(new Set([200, 503]))
  expect(await statuses()).toEqual(first)
})

test('webhooks can come twice', async () => {
  const { client, customer, receiver } = await startTalk()
  await client.addFault({ match: { host: 'webhook' }, times: 1, do: { duplicate: 2 } })
  await client.write(customer.igsid, { text: 'thrice' })
  await client.write(customer.igsid, { text: 'once' })
  await client.idle()
  expect(textsOf(receiver.received)).toEqual(['thrice', 'thrice', 'thrice', 'once'])
  expect(new Set(receiver.received.map(({ raw }) => raw)).size).toBe(2)
})

test('webhooks can be lost, by field', async () => {
  const { client, customer, say, receiver } = await startTalk()
  await client.addFault({ match: { host: 'webhook', path: '^message_echoes$' }, do: { drop: true } })
  await say('echo is lost')
  await client.write(customer.igsid, { text: 'heard' })
  await client.idle()
  expect(textsOf(receiver.received)).toEqual(['heard'])
  expect(await client.deliveries({ state: 'dropped' })).toMatchObject([{ field: 'message_echoes', attempts: 0 }])
})

test('webhooks can change their order', async () => {
  const { client, customer, receiver } = await startTalk()
  await client.seed(7)
  await client.addFault({ match: { host: 'webhook' }, do: { reorder: true } })
  const texts = ['1', '2', '3', '4', '5']
  await Promise.all(texts.map((text, index) => client.write(customer.igsid, { text, timestamp: Date.now() + index })))
  await client.idle()
  const sent = (await client.deliveries()).slice(1).map(({ payload }) => JSON.stringify(payload))
  const arrived = receiver.received.map(({ body }) => JSON.stringify(body))
  expect(arrived.toSorted()).toEqual(sent.toSorted())
  expect(arrived).not.toEqual(sent)
})

test('webhooks can be late', async () => {
  const { client, customer, receiver } = await startTalk()
  await client.addFault({ match: { host: 'webhook' }, times: 1, do: { delay_ms: 80 } })
  await client.write(customer.igsid, { text: 'late' })
  expect(await client.idle(1)).toEqual({ idle: false, pending: 1 })
  expect(receiver.received).toEqual([])
  expect((await client.idle()).idle).toBe(true)
  expect(textsOf(receiver.received)).toEqual(['late'])
})

test.each([
  [{ match: { host: 'webhook' }, do: { status: 500 } }, 'status'],
  [{ match: { host: 'graph' }, do: { duplicate: 1 } }, 'duplicate'],
  [{ match: { host: 'graph' }, do: { drop: true } }, 'drop'],
  [{ match: { path: '(' }, do: {} }, 'regular expression'],
  [{ match: {}, probability: 2, do: {} }, 'probability'],
  [{ match: {}, do: { explode: true } }, 'do has to be'],
] as const)('a rule that makes no sense is refused: %j', async (rule, word) => {
  const { client } = await startTalk()
  const post = client.addFault as (rule: object) => Promise<unknown>
  await expect(post(rule)).rejects.toMatchObject({ status: 422, data: { error: expect.stringContaining(word) } })
})
