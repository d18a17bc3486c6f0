import { expect, test } from 'vitest'
import { APP, startWorld } from './support.ts'

const REDIRECT = 'http://127.0.0.1:1/instagram/callback'
const SCOPES = 'instagram_business_basic,instagram_business_manage_messages'

const startOAuth = async () => {
  const world = await startWorld()
  const business = await world.client.createBusiness({ username: 'loft.and.seed' })
  const address = (change: Record<string, string> = {}) => {
    const ask = { client_id: APP.appId, redirect_uri: REDIRECT, response_type: 'code', scope: SCOPES, state: 'st/ate' }
    return `${world.urls.authorize}?${new URLSearchParams({ ...ask, ...change })}`
  }
  const newCode = async (granted?: string[]) =>
    new URL(await world.client.authorize(address(), granted ? { granted } : {})).searchParams.get('code') ?? ''
  const exchange = async (code: string, change: Record<string, string> = {}) => {
    const form = { client_id: APP.appId, client_secret: APP.appSecret, grant_type: 'authorization_code', redirect_uri: REDIRECT, code }
    const response = await fetch(`${world.urls.oauth}/oauth/access_token`, {
      method: 'POST',
      body: new URLSearchParams({ ...form, ...change }),
    })
    const text = await response.text()
    return { status: response.status, text, body: JSON.parse(text) }
  }
  return { ...world, business, address, newCode, exchange }
}

test('the page shows the accounts, the permissions and both buttons', async () => {
  const { address, business } = await startOAuth()
  const response = await fetch(address())
  const page = await response.text()
  expect(response.status).toBe(200)
  for (const part of [business.user_id, '@loft.and.seed', 'instagram_business_manage_messages', 'Allow', 'Cancel'])
    expect(page).toContain(part)
})

test('cancelling comes back as access_denied with the state', async () => {
  const { client, address } = await startOAuth()
  expect(await client.authorize(address(), { decision: 'cancel' })).toBe(
    `${REDIRECT}?error=access_denied&error_reason=user_denied&error_description=The+user+denied+your+request&state=st%2Fate`,
  )
})

test.each([
  [{ client_id: 'other' }, 'Invalid platform app'],
  [{ redirect_uri: '' }, 'Invalid redirect_uri'],
  [{ response_type: 'token' }, 'Invalid response_type'],
  [{ scope: '' }, 'Invalid scope'],
  [{ scope: 'business_basic' }, 'Invalid scope'],
])('the page refuses %j', async (change, sentence) => {
  const { address } = await startOAuth()
  const response = await fetch(address(change))
  expect(response.status).toBe(400)
  expect(await response.text()).toContain(sentence)
})

test('a redirect_uri has to be registered when there are registered ones', async () => {
  const { client, address } = await startOAuth()
  await client.configure({ redirect_uris: ['https://elsewhere.example/callback'] })
  await expect(client.authorize(address())).rejects.toThrow('Invalid redirect_uri')
  await client.configure({ redirect_uris: [REDIRECT] })
  expect(await client.authorize(address())).toContain('code=AQ')
})

test('without a form, everything may stand in the address', async () => {
  const { address, business } = await startOAuth()
  const post = (decision: string) => fetch(address({ business_id: business.user_id, decision }), { method: 'POST', redirect: 'manual' })
  expect((await post('allow')).headers.get('location')).toContain('code=AQ')
  expect((await post('cancel')).headers.get('location')).toContain('error=access_denied')
})

test('an account that does not exist is refused', async () => {
  const { client, address } = await startOAuth()
  await expect(client.authorize(address(), { business_id: '1' })).rejects.toThrow('There is no such account')
})

test('the token answer is flat, and its user_id is a number too large for JSON.parse', async () => {
  const { business, newCode, exchange } = await startOAuth()
  const { status, text, body } = await exchange(await newCode())
  expect(status).toBe(200)
  expect(text).toContain(`"user_id": ${business.user_id},`)
  expect(body).toEqual({ access_token: expect.stringMatching(/^IGAA/), user_id: expect.any(Number), permissions: SCOPES.split(',') })
})

test('the token answer can be an array of one, with the app-scoped id', async () => {
  const { client, business, newCode, exchange } = await startOAuth()
  await client.configure({ token_shape: 'data' })
  expect((await exchange(await newCode())).body).toEqual({
    data: [{ access_token: expect.stringMatching(/^IGAA/), user_id: business.id, permissions: SCOPES }],
  })
})

test('permissions that were unticked are not granted', async () => {
  const { newCode, exchange } = await startOAuth()
  expect((await exchange(await newCode(['instagram_business_basic']))).body.permissions).toEqual(['instagram_business_basic'])
  expect((await exchange(await newCode([]))).body.permissions).toEqual([])
})

test('a code works once', async () => {
  const { newCode, exchange } = await startOAuth()
  const code = await newCode()
  expect((await exchange(code)).status).toBe(200)
  expect(await exchange(code)).toMatchObject({
    status: 400,
    body: { error_type: 'OAuthException', code: 400, error_message: expect.stringContaining('code') },
  })
})

test('a code lives for an hour', async () => {
  const { client, newCode, exchange } = await startOAuth()
  const [first, second] = [await newCode(), await newCode()]
  await client.advance(3_500_000)
  expect((await exchange(first)).status).toBe(200)
  await client.advance(100_000)
  expect((await exchange(second)).status).toBe(400)
})

test.each([{ client_id: 'x' }, { client_secret: 'x' }, { grant_type: 'password' }, { redirect_uri: `${REDIRECT}/` }, { code: 'x' }])(
  'the exchange refuses %j in the shape of the OAuth host',
  async (change) => {
    const { newCode, exchange } = await startOAuth()
    const { status, body } = await exchange(await newCode(), change)
    expect(status).toBe(400)
    expect(Object.keys(body)).toEqual(['error_type', 'code', 'error_message'])
  },
)
