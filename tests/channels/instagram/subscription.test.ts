import { expect, test } from 'vitest'
import { webhookFields } from '#channels/instagram/settings.ts'
import { createInstagramSubscription } from '#channels/instagram/subscription.ts'
import { startConnectedShop } from './connected-shop.ts'

const startSubscription = async (more: Record<string, string> = {}) => {
  const shop = await startConnectedShop(more)
  await shop.client.updateBusiness(shop.business.user_id, { subscribed_fields: [] })
  const subscription = createInstagramSubscription(shop.settings)
  const fields = async () => (await shop.client.business(shop.business.user_id)).subscribed_fields
  const refuse = (path: string, error: object, times?: number) =>
    shop.client.addFault({
      match: { host: 'graph', path, method: 'POST' },
      ...(times ? { times } : {}),
      do: { status: 400, body: { error } },
    })
  const calls = async () =>
    (await shop.client.requests({ method: 'POST', path: 'subscribed_apps' })).map(({ path }) => path.split('/').at(-2))
  return { ...shop, subscription, fields, refuse, calls }
}

const unsupported = { code: 100, message: 'Unsupported request - method type: post', type: 'IGApiException' }

test('asks for every field, and for comments where they are enabled', async () => {
  const usual = await startSubscription()
  expect(await usual.subscription.subscribe(usual.access)).toEqual({ ok: true, value: null })
  expect(await usual.fields()).toEqual([...webhookFields])
  expect(await usual.subscription.subscribedFields(usual.access)).toEqual({ ok: true, value: [...webhookFields] })
  const more = await startSubscription({ ENABLE_INSTAGRAM_COMMENTS: 'true' })
  await more.subscription.subscribe(more.access)
  expect(await more.fields()).toEqual([...webhookFields, 'comments'])
})

test('takes the other spelling of fields where the first is refused', async () => {
  const { client, subscription, access, fields } = await startSubscription()
  await client.configure({ field_spelling: 'other' })
  expect(await subscription.subscribe(access)).toEqual({ ok: true, value: null })
  expect(await fields()).toEqual([...webhookFields])
  expect(await subscription.subscribedFields(access)).toEqual({ ok: true, value: [...webhookFields] })
})

test('names the account by "me" where its id is refused, once', async () => {
  const { business, subscription, access, fields, refuse, calls } = await startSubscription()
  await refuse(`${business.user_id}/subscribed_apps`, unsupported)
  expect(await subscription.subscribe(access)).toEqual({ ok: true, value: null })
  expect(await fields()).toEqual([...webhookFields])
  await refuse('me/subscribed_apps', unsupported)
  expect(await subscription.subscribe(access)).toMatchObject({ ok: false, error: { code: 'channel.rejected' } })
  expect(await calls()).toEqual([business.user_id, 'me', business.user_id, 'me'])
})

test('asks for messages alone where something else is not to be had', async () => {
  const { subscription, access, fields, refuse } = await startSubscription()
  await refuse('subscribed_apps', { code: 100, message: '(#100) Param subscribed_fields[4] must be one of {…}' }, 2)
  expect(await subscription.subscribe(access)).toEqual({ ok: true, value: null })
  expect(await fields()).toEqual(['messages'])
})

test.each([
  ['says so without saying yes', { status: 200, body: { success: false } }, 'channel.unavailable'],
  ['shows a page', { status: 200, raw_body: '<html>' }, 'channel.unavailable'],
  ['is down', { status: 503, raw_body: '' }, 'channel.unavailable'],
  ['does not know the token', { status: 401, body: { error: { code: 190 } } }, 'channel.unauthorized'],
])('is refused by an Instagram that %s', async (_, action, code) => {
  const { client, subscription, access, calls } = await startSubscription()
  await client.addFault({ match: { host: 'graph', path: 'subscribed_apps' }, do: action })
  expect(await subscription.subscribe(access)).toMatchObject({ ok: false, error: { code } })
  expect(await calls()).toHaveLength(1)
})

test('is asked for without comments where the permission for them is missing', async () => {
  const { client, subscription, access, fields, calls } = await startSubscription({ ENABLE_INSTAGRAM_COMMENTS: 'true' })
  const error = { code: 10, message: '(#10) This needs instagram_business_manage_comments', type: 'OAuthException' }
  await client.addFault({ match: { host: 'graph', path: 'subscribed_apps' }, times: 2, do: { status: 403, body: { error } } })
  expect(await subscription.subscribe(access)).toEqual({ ok: true, value: null })
  expect([await fields(), (await calls()).length]).toEqual([[...webhookFields], 3])
})

test('ends by the name that Instagram takes, which a look takes too', async () => {
  const { business, client, subscription, access, fields } = await startSubscription()
  await subscription.subscribe(access)
  await client.addFault({
    match: { host: 'graph', path: `${business.user_id}/subscribed_apps` },
    do: { status: 400, body: { error: { ...unsupported, message: 'Unsupported request - method type: delete' } } },
  })
  expect(await subscription.subscribedFields(access)).toEqual({ ok: true, value: [...webhookFields] })
  expect(await subscription.unsubscribe(access)).toEqual({ ok: true, value: null })
  expect(await fields()).toEqual([])
})

test('ends', async () => {
  const { subscription, access, fields } = await startSubscription()
  await subscription.subscribe(access)
  expect(await subscription.unsubscribe(access)).toEqual({ ok: true, value: null })
  expect([await fields(), await subscription.subscribedFields(access)]).toEqual([[], { ok: true, value: [] }])
})

test('whether an account is subscribed is what Instagram lists, and unknown where it lists nothing', async () => {
  const { client, subscription, access } = await startSubscription()
  expect(await subscription.isSubscribed(access)).toBe(false)
  await subscription.subscribe(access)
  expect(await subscription.isSubscribed(access)).toBe(true)
  await client.addFault({
    match: { path: '/subscribed_apps$', method: 'GET' },
    do: { status: 400, body: { error: unsupported } },
  })
  expect(await subscription.isSubscribed(access)).toBeUndefined()
})
