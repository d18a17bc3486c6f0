import { expect, test } from 'vitest'
import { startReceiver, startShop, startWorld } from './support.ts'

test('what is not understood is refused with a sentence', async () => {
  const { client, url } = await startWorld()
  const send = async (method: string, path: string, body: string) => {
    const response = await fetch(`${url}/control${path}`, { method, body })
    return [response.status, await response.json()]
  }
  expect(await send('PATCH', '/app', '{"human_agent_aproved": true}')).toEqual([
    422,
    { code: 'input.invalid', error: expect.stringContaining('human_agent_aproved is not known here') },
  ])
  expect(await send('PATCH', '/app', '{"echo": "later"}')).toEqual([
    422,
    { code: 'input.invalid', error: 'echo has to be one of after, before, none' },
  ])
  expect(await send('PATCH', '/app', '{')).toEqual([400, expect.objectContaining({ code: 'input.unreadable' })])
  expect(await send('POST', '/nonsense', '')).toEqual([404, expect.objectContaining({ code: 'route.unknown' })])
  await expect(client.business('1')).rejects.toMatchObject({ status: 404, data: { code: 'business.unknown' } })
  await expect(client.write('1', { text: 'x' })).rejects.toMatchObject({ status: 404, data: { code: 'customer.unknown' } })
  await expect(client.postWebhook({ body: {} })).rejects.toMatchObject({ status: 409, data: { code: 'callback.missing' } })
})

test('businesses and customers can be given ids and are listed', async () => {
  const { client } = await startWorld()
  const business = await client.createBusiness({ user_id: '17841999888777666', username: 'given' })
  expect(business).toMatchObject({ user_id: '17841999888777666', username: 'given', account_type: 'Business', tester_accepted: true })
  await expect(client.createBusiness({ user_id: business.user_id })).rejects.toMatchObject({ status: 409 })
  const customer = await client.createCustomer(business.user_id, { igsid: '777666555444333' })
  expect(await client.customers(business.user_id)).toEqual([customer])
  expect(await client.customer(customer.igsid)).toEqual(customer)
  expect(await client.businesses()).toEqual([business])
})

test('a message that is not there cannot be seen, edited or unsent', async () => {
  const { client, customer } = await startShop()
  await expect(client.see(customer.igsid)).rejects.toMatchObject({ status: 404, data: { code: 'message.unknown' } })
  await expect(client.edit(customer.igsid, { text: 'x' })).rejects.toMatchObject({ status: 404 })
  await expect(client.unsend(customer.igsid, 'aWdfNothing')).rejects.toMatchObject({ status: 404 })
})

test('the request log has method, path, query keys, JSON body and status, and no secrets of forms', async () => {
  const { client, graph, say, customer, urls } = await startShop()
  await client.write(customer.igsid, { text: 'hi' })
  await say('hello')
  await graph('/v25.0/me?fields=id')
  await fetch(`${urls.oauth}/oauth/access_token`, { method: 'POST', body: new URLSearchParams({ client_secret: 'hush' }) })
  const requests = await client.requests()
  expect(requests).toMatchObject([
    {
      host: 'graph',
      method: 'POST',
      path: '/v25.0/me/messages',
      body: { recipient: { id: customer.igsid }, message: { text: 'hello' } },
      status: 200,
    },
    { host: 'graph', method: 'GET', path: '/v25.0/me', query_keys: ['fields'], body: null, status: 200, fault: null },
    { host: 'api', method: 'POST', path: '/oauth/access_token', body: null, status: 400 },
  ])
  expect(JSON.stringify(requests)).not.toContain('hush')
  expect(await client.requests({ path: '/messages', limit: 1 })).toHaveLength(1)
})

test('reset forgets everything, also what is under way', async () => {
  const { client, customer } = await startShop(() => 500)
  await client.write(customer.igsid, { text: 'endless' })
  await client.addFault({ do: { delay_ms: 1 } })
  await client.reset()
  expect(await client.idle()).toEqual({ idle: true, pending: 0 })
  const lists = [client.businesses(), client.deliveries(), client.requests(), client.faults()]
  expect(await Promise.all(lists)).toEqual([[], [], [], []])
  expect(await client.app()).toMatchObject({ callback_url: null, echo: 'after', app_id: expect.any(String) })
})

test('the clock of the options is used, and can be moved', async () => {
  const { client } = await startWorld({ now: () => 1_800_000_000_000 })
  const { igsid } = await client.createCustomer((await client.createBusiness()).user_id)
  expect((await client.write(igsid, { text: 'then' })).timestamp).toBe(1_800_000_000_000)
  expect(await client.advance(5000)).toBe(1_800_000_005_000)
  expect((await client.write(igsid, { text: 'now' })).timestamp).toBe(1_800_000_005_000)
})

test('two sandboxes do not know each other', async () => {
  const [one, two] = [await startWorld(), await startWorld()]
  await one.client.createBusiness()
  expect(await two.client.businesses()).toEqual([])
})

test('waiting for idle is bounded', async () => {
  const release = Promise.withResolvers<number>()
  const { client, customer } = await startShop(() => release.promise)
  await client.write(customer.igsid, { text: 'held' })
  expect(await client.idle(20)).toEqual({ idle: false, pending: 1 })
  const waiting = client.idle(5000)
  release.resolve(200)
  expect(await waiting).toEqual({ idle: true, pending: 0 })
})

test('several webhooks of one business can be under way at once when asked for', async () => {
  const release = Promise.withResolvers<number>()
  const { client, customer, receiver } = await startShop(() => release.promise)
  await client.configure({ delivery_concurrency: 3 })
  for (const text of ['a', 'b', 'c', 'd']) await client.write(customer.igsid, { text })
  await expect.poll(() => receiver.received.length).toBe(3)
  release.resolve(200)
  await client.idle()
  expect(receiver.received).toHaveLength(4)
})

test('a receiver of another sandbox is no matter: a port given is a port used', async () => {
  await startReceiver()
  const first = await startWorld()
  const port = Number(new URL(first.url).port)
  await first.close()
  const second = await startWorld({ port })
  expect(second.url).toBe(`http://127.0.0.1:${port}`)
  await expect(startWorld({ port })).rejects.toThrow('EADDRINUSE')
})
