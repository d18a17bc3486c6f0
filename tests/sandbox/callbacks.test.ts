import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { APP, startReceiver, startShop, startWorld, VERIFY_TOKEN } from './support.ts'

test('setting the callback makes the handshake', async () => {
  const receiver = await startReceiver()
  const { client } = await startWorld()
  const app = await client.configure({ callback_url: receiver.url, verify_token: VERIFY_TOKEN })
  expect(app.callback_url).toBe(receiver.url)
})

test('a failed handshake says why and changes nothing', async () => {
  const receiver = await startReceiver()
  const { client, url } = await startWorld()
  const configure = (callback_url: string, verify_token: string | null = VERIFY_TOKEN) => client.configure({ callback_url, verify_token })
  await expect(configure(receiver.url, 'wrong')).rejects.toMatchObject({
    status: 422,
    data: { code: 'callback.unverified', error: expect.stringContaining('answered 403') },
  })
  await expect(configure(receiver.url, null)).rejects.toMatchObject({ data: { error: expect.stringContaining('verify_token') } })
  await expect(configure('http://127.0.0.1:1/')).rejects.toMatchObject({ data: { error: expect.stringContaining('no answer') } })
  await expect(configure(`${url}/`)).rejects.toMatchObject({ data: { error: expect.stringContaining('not the bare challenge') } })
  expect((await client.app()).callback_url).toBeNull()
})

test('posting by hand: signed, unsigned, wrongly signed, with another secret', async () => {
  const { client, receiver } = await startShop(({ signed }) => (signed ? 200 : 401))
  const raw = '{"object": "instagram", "entry": []}'
  expect(await client.postWebhook({ body: raw })).toEqual({ status: 200, body: 'noted' })
  expect((await client.postWebhook({ body: raw, signature: 'none' })).status).toBe(401)
  expect((await client.postWebhook({ body: raw, signature: 'wrong' })).status).toBe(401)
  expect((await client.postWebhook({ body: { object: 'instagram', text: 'ö' }, secret: 'other' })).status).toBe(401)
  expect(receiver.received.map((each) => each.raw)).toEqual([raw, raw, raw, '{"object":"instagram","text":"\\u00f6"}'])
  expect(receiver.received[1]?.headers).not.toHaveProperty('x-hub-signature-256')
})

test('removing the app ends the tokens and calls the deauthorize callback with a signed request', async () => {
  const { client, business, graph, receiver } = await startShop()
  await client.configure({ deauthorize_url: receiver.url, data_deletion_url: receiver.url })
  expect((await client.deauthorize(business.user_id)).status).toBe(200)
  await client.requestDataDeletion(business.user_id)
  expect((await graph('/v25.0/me')).body.error).toMatchObject({ code: 190, error_subcode: 458 })
  expect(receiver.received).toHaveLength(2)
  for (const { raw, headers } of receiver.received) {
    expect(headers['content-type']).toBe('application/x-www-form-urlencoded')
    const [signature, payload = ''] = (new URLSearchParams(raw).get('signed_request') ?? '').split('.')
    expect(signature).toBe(createHmac('sha256', APP.appSecret).update(payload).digest('base64url'))
    expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).toMatchObject({ algorithm: 'HMAC-SHA256', user_id: business.id })
  }
})
