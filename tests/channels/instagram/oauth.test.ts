import { expect, test } from 'vitest'
import { createInstagramOAuth } from '#channels/instagram/oauth.ts'
import { days } from '#domain/shared/instant.ts'
import { APP, startShop } from '../../sandbox/support.ts'

const now = 1_700_000_000_000
const redirectUri = 'https://dove.test/instagram/callback'

/** The sign-in with a patience of milliseconds, and a business whose owner allowed everything. */
const startSignIn = async (more: Record<string, string> = {}) => {
  const shop = await startShop()
  const values = new Map(
    Object.entries({
      INSTAGRAM_APP_ID: APP.appId,
      INSTAGRAM_APP_SECRET: APP.appSecret,
      INSTAGRAM_AUTHORIZE_URL: shop.urls.authorize,
      INSTAGRAM_OAUTH_URL: shop.urls.oauth,
      INSTAGRAM_GRAPH_URL: shop.urls.graph,
      INSTAGRAM_API_VERSION: 'v25.0',
      INSTAGRAM_AUTHORIZE_PARAMETERS: 'enable_fb_login=0',
      ...more,
    }),
  )
  const oauth = createInstagramOAuth({ read: async () => values }, { now: () => now }, { answer: 300, pauses: [1, 1] })
  const authorize = async (afresh = false): Promise<URL> => {
    const url = await oauth.authorizeUrl({ state: 's', redirectUri, afresh })
    if (!url.ok) throw new Error(url.error.message)
    return new URL(url.value)
  }
  const code = async (): Promise<string> => {
    const back = await shop.client.authorize((await authorize()).href, { business_id: shop.business.user_id })
    return new URL(back).searchParams.get('code') ?? ''
  }
  return { ...shop, oauth, authorize, code }
}

test.each([
  ['the code', { host: 'api' }],
  ['the long-lived token', { host: 'graph', path: '^/access_token' }],
  ['who it is', { host: 'graph', path: '/me$' }],
] as const)('Instagram that does not answer in time, asked for %s, is given up after three tries', async (_, match) => {
  const { oauth, code, client } = await startSignIn()
  const given = await code()
  await client.addFault({ match, do: { hang_ms: 5000 } })
  expect(await oauth.exchange({ code: given, redirectUri })).toMatchObject({
    ok: false,
    error: { code: 'connection.provider_unavailable' },
  })
  const tries = (await client.requests({ host: match.host })).filter(({ fault }) => fault !== null)
  expect(tries).toHaveLength(3)
})

test('a code whose answer was lost is not told as spent', async () => {
  const { oauth, code, client } = await startSignIn()
  const given = await code()
  await client.addFault({ match: { host: 'api' }, times: 1, do: { drop: 'after' } })
  expect(await oauth.exchange({ code: given, redirectUri })).toMatchObject({
    ok: false,
    error: { code: 'connection.provider_unavailable' },
  })
  expect(await oauth.exchange({ code: given, redirectUri })).toMatchObject({ ok: false, error: { code: 'connection.code_spent' } })
})

test('a code that still has the fragment of the redirect on it is good', async () => {
  const { oauth, code, business } = await startSignIn()
  expect(await oauth.exchange({ code: `${await code()}#_`, redirectUri })).toMatchObject({
    ok: true,
    value: { channelKey: business.user_id, alternateKey: business.id, accountType: 'Business', issuedAt: now },
  })
})

test('comments are asked for where they are enabled', async () => {
  const { authorize } = await startSignIn({ ENABLE_INSTAGRAM_COMMENTS: 'true' })
  expect((await authorize()).searchParams.get('scope')).toContain(',instagram_business_manage_comments')
})

test('a fresh sign-in is asked for in both generations of the parameters, and only then', async () => {
  const { authorize } = await startSignIn({ INSTAGRAM_AUTHORIZE_PARAMETERS: 'enable_fb_login=1&state=other' })
  const [usual, afresh] = [await authorize(), await authorize(true)]
  expect(Object.fromEntries(usual.searchParams)).toMatchObject({ enable_fb_login: '1', state: 's' })
  expect(usual.searchParams.has('force_reauth')).toBe(false)
  expect(Object.fromEntries(afresh.searchParams)).toMatchObject({ force_reauth: 'true', force_authentication: '1' })
})

test.each([
  ['of an hour, prolonged', { kind: 'short' as const }, days(60) - 56_000],
  ['of the dashboard, taken as young', { kind: 'long' as const, age_ms: 3_600_000 }, days(59)],
  ['of weeks, renewed', { kind: 'long' as const, age_ms: days(20) }, days(60) - 56_000],
])('a token %s', async (_, wanted, life) => {
  const { oauth, client, business } = await startSignIn()
  const { access_token } = await client.issueToken(business.user_id, wanted)
  const adopted = await oauth.adopt?.(access_token)
  expect(adopted).toMatchObject({ ok: true, value: { channelKey: business.user_id, expiresAt: now + life } })
})

test('what Instagram does not say is not taken as said: neither permissions nor the end of a token', async () => {
  const { oauth, client, business, code } = await startSignIn()
  const { access_token } = await client.issueToken(business.user_id, { kind: 'long', age_ms: 3_600_000 })
  expect(await oauth.adopt?.(access_token)).toMatchObject({ ok: true, value: { permissions: null, isAssumed: true } })
  const old = await client.issueToken(business.user_id, { kind: 'long', age_ms: days(20) })
  const renewed = await oauth.adopt?.(old.access_token)
  expect(renewed).toMatchObject({ ok: true, value: { permissions: expect.arrayContaining(['instagram_business_basic']) } })
  expect(renewed?.ok && renewed.value.isAssumed).toBeUndefined()

  const short = await client.issueToken(business.user_id, { kind: 'short' })
  const given = await code()
  await client.addFault({ match: { host: 'api' }, times: 1, do: { status: 200, body: { access_token: short.access_token } } })
  expect(await oauth.exchange({ code: given, redirectUri })).toMatchObject({ ok: true, value: { permissions: null } })
})

test('a token is not taken as young while Instagram is down', async () => {
  const { oauth, client, business } = await startSignIn()
  const { access_token } = await client.issueToken(business.user_id)
  await client.addFault({ match: { host: 'graph', path: 'refresh_access_token' }, do: { status: 503, raw_body: '' } })
  expect(await oauth.adopt?.(access_token)).toMatchObject({ ok: false, error: { code: 'connection.provider_unavailable' } })
})
