import { expect, test } from 'vitest'
import { APP, callGraph, eventsOf, startReceiver, startWorld, VERIFY_TOKEN } from './support.ts'

test('connect, subscribe, receive, answer, echo, seen', async () => {
  const receiver = await startReceiver()
  const { urls, client } = await startWorld()
  await client.configure({ callback_url: receiver.url, verify_token: VERIFY_TOKEN })
  const business = await client.createBusiness({ username: 'loft.and.seed', name: 'Loft & Seed' })
  const customer = await client.createCustomer(business.user_id, { name: 'Ida Wren' })

  const redirect_uri = 'http://127.0.0.1:1/callback'
  const scope = 'instagram_business_basic,instagram_business_manage_messages'
  const ask = new URLSearchParams({ client_id: APP.appId, redirect_uri, response_type: 'code', scope, state: 's-1' })
  const location = new URL(await client.authorize(`${urls.authorize}?${ask}`, { business_id: business.user_id }))
  expect(location.searchParams.get('state')).toBe('s-1')
  expect(location.hash).toBe('#_')

  const exchange = new URLSearchParams({
    client_id: APP.appId,
    client_secret: APP.appSecret,
    grant_type: 'authorization_code',
    redirect_uri,
    code: location.searchParams.get('code') ?? '',
  })
  const short = await (await fetch(`${urls.oauth}/oauth/access_token`, { method: 'POST', body: exchange })).json()
  const query = new URLSearchParams({ grant_type: 'ig_exchange_token', client_secret: APP.appSecret, access_token: short.access_token })
  const long = await (await fetch(`${urls.graph}/access_token?${query}`)).json()
  expect(long).toEqual({ access_token: expect.stringMatching(/^IGAA/), token_type: 'bearer', expires_in: 5_183_944 })

  const graph = (path: string, init = {}) => callGraph(`${urls.graph}/v25.0${path}`, long.access_token, init)
  expect((await graph('/me?fields=user_id,username,name')).body).toEqual({
    id: business.id,
    user_id: business.user_id,
    username: 'loft.and.seed',
    name: 'Loft & Seed',
  })
  const fields = 'messages,messaging_seen,message_echoes'
  expect((await graph(`/${business.user_id}/subscribed_apps?subscribed_fields=${fields}`, { method: 'POST' })).body).toEqual({
    success: true,
  })

  const question = await client.write(customer.igsid, { text: 'Habt ihr Körner für Tauben? 🕊' })
  expect(await client.idle()).toEqual({ idle: true, pending: 0 })
  expect((await graph(`/${customer.igsid}?fields=name`)).body).toEqual({ id: customer.igsid, name: 'Ida Wren' })
  const answer = await graph('/me/messages', { json: { recipient: { id: customer.igsid }, message: { text: 'Ja, drei Sorten.' } } })
  expect(answer.body).toEqual({ recipient_id: customer.igsid, message_id: expect.stringMatching(/^aWdfZAG1f/) })
  await client.idle()
  await client.see(customer.igsid)
  await client.idle()

  expect(receiver.received.every(({ signed }) => signed)).toBe(true)
  const [us, them] = [{ id: business.user_id }, { id: customer.igsid }]
  expect(eventsOf(receiver.received)).toEqual([
    { sender: them, recipient: us, timestamp: question.timestamp, message: { mid: question.mid, text: 'Habt ihr Körner für Tauben? 🕊' } },
    {
      sender: us,
      recipient: them,
      timestamp: expect.any(Number),
      message: { mid: answer.body.message_id, text: 'Ja, drei Sorten.', is_echo: true },
    },
    { sender: them, recipient: us, timestamp: expect.any(Number), read: { mid: answer.body.message_id } },
  ])
})
