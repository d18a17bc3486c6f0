import { expect, test } from 'vitest'
import { APP, callGraph, startWorld } from './support.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR

const startTokens = async (now = Date.now) => {
  const world = await startWorld({ now })
  const business = await world.client.createBusiness()
  const call = async (path: string, query: Record<string, string>) => {
    const response = await fetch(`${world.urls.graph}${path}?${new URLSearchParams(query)}`)
    return { status: response.status, body: await response.json() }
  }
  const exchange = (access_token: string, client_secret = APP.appSecret) =>
    call('/access_token', { grant_type: 'ig_exchange_token', client_secret, access_token })
  const refresh = (access_token: string) => call('/refresh_access_token', { grant_type: 'ig_refresh_token', access_token })
  const me = (token: string) => callGraph(`${world.urls.graph}/v25.0/me`, token)
  const issue = async (options: Parameters<typeof world.client.issueToken>[1] = {}) =>
    (await world.client.issueToken(business.user_id, options)).access_token
  return { ...world, business, exchange, refresh, me, issue }
}

const unsupported = (method: string) => ({
  status: 400,
  body: {
    error: { message: `Unsupported request - method type: ${method}`, type: 'IGApiException', code: 100, fbtrace_id: expect.any(String) },
  },
})

test('a short-lived token lives an hour, a long-lived one nearly 60 days', async () => {
  const { client, exchange, me, issue } = await startTokens()
  const short = await issue({ kind: 'short' })
  const { body } = await exchange(short)
  await client.advance(HOUR)
  expect(await me(short)).toMatchObject({ status: 401, body: { error: { code: 190, error_subcode: 463 } } })
  await client.advance(59 * DAY)
  expect((await me(body.access_token)).status).toBe(200)
  await client.advance(DAY)
  expect((await me(body.access_token)).body.error.code).toBe(190)
})

test('the exchange answers "Unsupported request" to a wrong secret, a long-lived token and an open invitation', async () => {
  const { client, business, exchange, me, issue } = await startTokens()
  expect(await exchange(await issue({ kind: 'short' }), 'wrong')).toEqual(unsupported('get'))
  expect(await exchange(await issue())).toEqual(unsupported('get'))
  await client.updateBusiness(business.user_id, { tester_accepted: false })
  const short = await issue({ kind: 'short' })
  expect(await exchange(short)).toEqual(unsupported('get'))
  expect(await me(short)).toMatchObject(unsupported('get'))
})

test('a refresh gives a new token from 24 hours on, and the old one keeps working', async () => {
  const { client, refresh, me, issue } = await startTokens(() => 1_800_000_000_000)
  const old = await issue()
  await client.advance(DAY - 1)
  expect(await refresh(old)).toMatchObject({ status: 400, body: { error: { code: 100 } } })
  await client.advance(1)
  const { status, body } = await refresh(old)
  expect(status).toBe(200)
  expect(body).toEqual({
    access_token: expect.stringMatching(/^IGAA/),
    token_type: 'bearer',
    expires_in: 5_183_944,
    permissions: expect.stringContaining('instagram_business_basic'),
  })
  expect(body.access_token).not.toBe(old)
  expect([(await me(old)).status, (await me(body.access_token)).status]).toEqual([200, 200])
})

test('a refresh is refused for an expired, a short-lived, an unknown and a withdrawn token, and without the basic scope', async () => {
  const { client, business, refresh, issue } = await startTokens()
  expect((await refresh(await issue({ age_ms: 61 * DAY }))).body.error).toMatchObject({ code: 190, error_subcode: 463 })
  expect(await refresh(await issue({ kind: 'short' }))).toEqual(unsupported('get'))
  expect((await refresh('IGAAnonsense')).body.error).toMatchObject({ code: 190 })
  const narrow = await issue({ age_ms: 2 * DAY, scopes: ['instagram_business_manage_messages'] })
  expect((await refresh(narrow)).body.error).toMatchObject({ code: 10 })
  const withdrawn = await issue({ age_ms: 2 * DAY })
  await client.revokeTokens(business.user_id, 'passwordChanged')
  expect((await refresh(withdrawn)).body.error).toMatchObject({ code: 190, error_subcode: 460 })
})

test('expiring and revoking are for all tokens of a business, and only its', async () => {
  const { client, business, me, issue } = await startTokens()
  const other = await client.createBusiness()
  const { access_token: untouched } = await client.issueToken(other.user_id)
  const token = await issue()
  expect(await client.expireTokens(business.user_id)).toEqual({ expired: 1 })
  expect((await me(token)).body.error.error_subcode).toBe(463)
  expect((await me(untouched)).status).toBe(200)
  expect(await client.tokens(business.user_id)).toHaveLength(1)
})

test('these two endpoints have no version', async () => {
  const { urls, issue } = await startTokens()
  expect((await callGraph(`${urls.graph}/v25.0/access_token`, await issue())).body.error.code).toBe(100)
})
