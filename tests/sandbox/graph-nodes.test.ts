import { expect, test } from 'vitest'
import { callGraph, startShop } from './support.ts'

test('/me has only the asked fields, flat; without fields only id', async () => {
  const { graph, business, url } = await startShop()
  expect((await graph('/v25.0/me')).body).toEqual({ id: business.id })
  expect((await graph('/me?fields=user_id,account_type,profile_picture_url,followers_count')).body).toEqual({
    id: business.id,
    user_id: business.user_id,
    account_type: 'Business',
    profile_picture_url: `${url}/media/avatar-${business.user_id}.png`,
    followers_count: 250,
  })
  expect((await graph(`/v25.0/${business.user_id}?fields=username`)).body.username).toBe('loft.and.seed')
  expect((await graph('/v25.0/me?fields=shoe_size')).body.error).toMatchObject({ code: 100, message: expect.stringContaining('shoe_size') })
})

test('the ids are strings beyond 2^53', async () => {
  const { business, customer } = await startShop()
  expect(business.user_id).toMatch(/^17841\d{12}$/)
  expect(Number(business.user_id)).toBeGreaterThan(Number.MAX_SAFE_INTEGER)
  expect(business.id).not.toBe(business.user_id)
  expect(customer.igsid).toMatch(/^\d{15,16}$/)
})

test('a name that is null is left out', async () => {
  const { client, graph, customer } = await startShop()
  await client.updateCustomer(customer.igsid, { name: null, consent: true })
  expect((await graph(`/v25.0/${customer.igsid}?fields=name,username`)).body).toEqual({ id: customer.igsid, username: 'ida.wren' })
})

test('a profile is readable only after the person wrote', async () => {
  const { client, graph, customer } = await startShop()
  const path = `/v25.0/${customer.igsid}?fields=name,username,profile_pic,follower_count,is_user_follow_business,is_business_follow_user,is_verified_user`
  expect(await graph(path)).toMatchObject({ status: 403, body: { error: { code: 230, type: 'OAuthException' } } })
  await client.write(customer.igsid, { text: 'hello' })
  const { body } = await graph(path)
  expect(body).toMatchObject({ id: customer.igsid, name: 'Ida Wren', username: 'ida.wren', follower_count: 75, is_verified_user: false })
  const picture = await fetch(body.profile_pic)
  expect(picture.headers.get('content-type')).toBe('image/png')
  expect(
    Buffer.from(await picture.arrayBuffer())
      .subarray(1, 4)
      .toString(),
  ).toBe('PNG')
})

test.each(['profile_picture_url', 'biography'])('asking a person for %s fails the whole call', async (field) => {
  const { client, graph, customer } = await startShop()
  await client.write(customer.igsid, { text: 'hello' })
  expect(await graph(`/v25.0/${customer.igsid}?fields=name,${field}`)).toMatchObject({ status: 400, body: { error: { code: 100 } } })
})

test('nobody, and the customer of someone else, is 9010; any other id is 100/33', async () => {
  const { client, graph } = await startShop()
  const other = await client.createBusiness()
  const foreign = await client.createCustomer(other.user_id, { consent: true })
  expect((await graph('/v25.0/123456789012345')).body.error.code).toBe(9010)
  expect((await graph(`/v25.0/${foreign.igsid}`)).body.error.code).toBe(9010)
  expect((await graph('/v25.0/nothing')).body.error).toMatchObject({ code: 100, error_subcode: 33 })
})

test('a profile error can be scripted by name or spelled out', async () => {
  const { client, graph, customer } = await startShop()
  await client.updateCustomer(customer.igsid, { consent: true, profile_error: 'noMatchingProfile' })
  expect((await graph(`/v25.0/${customer.igsid}`)).body.error.code).toBe(9010)
  await client.updateCustomer(customer.igsid, { profile_error: { status: 418, message: 'short and stout', code: 42 } })
  expect(await graph(`/v25.0/${customer.igsid}`)).toMatchObject({ status: 418, body: { error: { message: 'short and stout', code: 42 } } })
  await client.updateCustomer(customer.igsid, { profile_error: null })
  expect((await graph(`/v25.0/${customer.igsid}`)).status).toBe(200)
})

test('tokens: none, unknown, in the query', async () => {
  const { urls, access_token, business } = await startShop()
  const missing = await fetch(`${urls.graph}/v25.0/me`)
  expect([missing.status, (await missing.json()).error.code]).toEqual([401, 190])
  expect((await callGraph(`${urls.graph}/v25.0/me`, 'nonsense')).body.error.code).toBe(190)
  const query = await fetch(`${urls.graph}/v25.0/me?access_token=${access_token}`)
  expect(await query.json()).toEqual({ id: business.id })
})

test('a wrong method is "unsupported", a doubled version is an unknown path', async () => {
  const { graph } = await startShop()
  expect((await graph('/v25.0/me', { method: 'DELETE' })).body.error.message).toBe('Unsupported request - method type: delete')
  expect(await graph('/v25.0/v25.0/me')).toMatchObject({ status: 500, body: { error: { code: 2500 } } })
})

test('subscribing: comma list, repeated parameter, unknown field, reading and deleting', async () => {
  const { graph, business } = await startShop()
  const path = `/v25.0/${business.user_id}/subscribed_apps`
  expect((await graph(`${path}?subscribed_fields=messages,messaging_seen`, { method: 'POST' })).body).toEqual({ success: true })
  expect((await graph(path)).body.data[0].subscribed_fields).toEqual(['messages', 'messaging_seen'])
  const repeated = '/me/subscribed_apps?subscribed_fields%5B%5D=messages&subscribed_fields[]=message_edit'
  expect((await graph(repeated, { method: 'POST' })).body).toEqual({ success: true })
  expect((await graph(path)).body.data[0].subscribed_fields).toEqual(['messages', 'message_edit'])
  expect((await graph(`${path}?subscribed_fields=messages,story_insights`, { method: 'POST' })).body.error).toMatchObject({ code: 100 })
  expect((await graph(path, { method: 'POST' })).body.error.code).toBe(100)
  expect((await graph(path, { method: 'DELETE' })).body).toEqual({ success: true })
  expect((await graph(path)).body).toEqual({ data: [] })
})

test('subscribing takes a JSON body and a form too, and refuses other accounts', async () => {
  const { client, graph, urls, access_token } = await startShop()
  expect((await graph('/v25.0/me/subscribed_apps', { json: { subscribed_fields: ['messages'] } })).body).toEqual({ success: true })
  const form = new URLSearchParams({ access_token, subscribed_fields: 'messages' })
  const posted = await fetch(`${urls.graph}/v25.0/me/subscribed_apps`, { method: 'POST', body: form })
  expect(await posted.json()).toEqual({ success: true })
  const other = await client.createBusiness()
  expect((await graph(`/v25.0/${other.user_id}/subscribed_apps`)).body.error).toMatchObject({ code: 100, error_subcode: 33 })
})
