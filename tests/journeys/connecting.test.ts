import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { deriveSecret } from '#adapters/crypto/derive.ts'
import { createIds } from '#adapters/crypto/uuid-v7.ts'
import { createStateTokens } from '#adapters/tokens/state-token.ts'
import { ApiRefusal, createApi } from '../../src/cli/api.ts'
import { setUpTenant } from '../../src/cli/set-up.ts'
import type { SandboxClient } from '../../src/sandbox/client.ts'
import { freshPostgresUrl } from '../support/databases.ts'
import { connect, connectedBusiness, listInboxes, type System, startSystem } from '../support/system.ts'
import { badAnswers } from './sign-in-answers.ts'

const returnTo = 'https://desk.shop.example/connected'
const both = ['instagram_business_basic', 'instagram_business_manage_messages']

describe('connecting an Instagram account', () => {
  const stack = new AsyncDisposableStack()
  let system: System
  let instagram: SandboxClient

  beforeAll(async () => {
    const database = stack.use(await freshPostgresUrl())
    system = stack.use(await startSystem({ databaseUrl: database.url, env: { CONNECT_RETURN_URLS: `https://other.example, ${returnTo}` } }))
    instagram = system.instagram
  })
  afterAll(() => stack.disposeAsync())

  const inboxOf = async (businessId: string) => (await listInboxes(system)).filter((inbox) => inbox.instagram_id === businessId)

  /** Where a failed sign-in ends: on the page of the account, with three parameters and nothing of the provider's. */
  const expectFailure = async (location: string, code: string, status: string, sentence: RegExp) => {
    const url = new URL(location)
    expect(url.pathname).toBe(`/app/accounts/${system.tenant.accountId}/settings/inboxes/new/instagram`)
    const { error_type, code: told, error_message } = Object.fromEntries(url.searchParams)
    expect([error_type, told]).toEqual([code, status])
    expect(error_message).toMatch(sentence)
    expect(error_message?.length, 'what the page shows').toBeLessThanOrEqual(300)
    expect(location).not.toMatch(/IGAA|AQ[A-Za-z0-9_-]{20}|fbtrace|<html|OAuthException/)
    const page = await fetch(`${system.url}${url.pathname}${url.search}`)
    expect(page.status).toBe(200)
    expect(await page.text()).toContain(error_type)
  }

  describe('that works', () => {
    test.each(['flat', 'data'] as const)(
      'with the token answer in its %s shape: permissions and the type of the account are kept',
      async (shape) => {
        await instagram.configure({ token_shape: shape })
        const business = await instagram.createBusiness({ account_type: 'MEDIA_CREATOR' })
        expect(await connect(system, business.user_id)).toMatch(/\/settings\/inboxes\/new\/\d+\/agents$/)
        const [inbox] = await inboxOf(business.user_id)
        expect(inbox).toMatchObject({ name: business.username, connection: { state: 'connected', webhooks_subscribed: true } })
        expect(await system.api('GET', `/inboxes/${inbox?.id}/connection`)).toMatchObject({
          permissions: both,
          account_type: 'MEDIA_CREATOR',
        })
      },
    )

    test('with ids that come as numbers beyond 2^53', async () => {
      const business = await instagram.createBusiness({ user_id: '17841477965412219' })
      const raw_body = `{"user_id": ${business.user_id}, "id": 28978671838402975, "username": "number.shop"}`
      await instagram.addFault({ match: { host: 'graph', path: '/me$' }, times: 1, do: { raw_body } })
      expect(await connect(system, business.user_id)).toMatch(/agents$/)
      expect(await inboxOf('17841477965412219')).toHaveLength(1)
    })

    test('although Instagram stumbles on each call', async () => {
      const business = await instagram.createBusiness()
      await instagram.addFault({ match: { host: 'api' }, times: 1, do: { status: 503, raw_body: '<html>Sorry</html>' } })
      await instagram.addFault({ match: { host: 'graph', path: '^/access_token' }, times: 2, do: { drop: 'before' } })
      await instagram.addFault({ match: { host: 'graph', path: '/me$' }, times: 2, do: { status: 500, body: { error: { code: 2 } } } })
      expect(await connect(system, business.user_id)).toMatch(/agents$/)
    })

    test('and ends where the start asked for', async () => {
      const business = await instagram.createBusiness()
      const { url } = await system.api<{ url: string }>('POST', '/instagram/authorization', { return_to: returnTo, force_reauth: true })
      expect(Object.fromEntries(new URL(url).searchParams)).toMatchObject({
        scope: both.join(','),
        response_type: 'code',
        enable_fb_login: '0',
        force_reauth: 'true',
        force_authentication: '1',
      })
      const back = await instagram.authorize(url, { business_id: business.user_id })
      const ended = await fetch(back, { redirect: 'manual' })
      const [inbox] = await inboxOf(business.user_id)
      expect(ended.headers.get('location')).toBe(`${returnTo}?inbox_id=${inbox?.id}&created=true`)
    })

    test('with a token that was made in the dashboard: fresh, a day old, and once more', async () => {
      for (const age_ms of [60_000, 30 * 3_600_000]) {
        const business = await instagram.createBusiness()
        const { access_token: token } = await instagram.issueToken(business.user_id, { age_ms })
        const adopted = await system.api<{ inbox_id: number; created: boolean }>('POST', '/instagram/token', { token })
        expect(adopted).toMatchObject({ created: true })
        expect(await system.api('POST', '/instagram/token', { token })).toMatchObject({ inbox_id: adopted.inbox_id, created: false })
        expect(await inboxOf(business.user_id)).toMatchObject([{ connection: { state: 'connected', webhooks_subscribed: true } }])
      }
    })
  })

  describe('that the person stops', () => {
    test('by cancelling', async () => {
      const business = await instagram.createBusiness()
      await expectFailure(await connect(system, business.user_id, { decision: 'cancel' }), 'access_denied', '400', /allow it to connect/)
      expect(await inboxOf(business.user_id)).toEqual([])
    })

    test('by cancelling, on the page that the start asked for', async () => {
      const { url } = await system.api<{ url: string }>('POST', '/instagram/authorization', { return_to: returnTo })
      const back = await instagram.authorize(url, { decision: 'cancel' })
      const { origin, pathname, searchParams } = new URL((await fetch(back, { redirect: 'manual' })).headers.get('location') ?? '')
      expect([origin + pathname, searchParams.get('error_type')]).toEqual([returnTo, 'access_denied'])
    })

    test('by unticking a permission', async () => {
      const business = await instagram.createBusiness()
      const location = await connect(system, business.user_id, { granted: ['instagram_business_basic'] })
      await expectFailure(location, 'connection.permission_missing', '422', /ticked: instagram_business_manage_messages\./)
      expect(await inboxOf(business.user_id)).toEqual([])
    })

    test('by coming with a personal account', async () => {
      const business = await instagram.createBusiness({ account_type: 'Personal' })
      await expectFailure(await connect(system, business.user_id), 'connection.wrong_account_type', '422', /professional account/)
    })
  })

  test.each(badAnswers)('Instagram answers with %s', async (_, path, action, code, status, sentence) => {
    const business = await instagram.createBusiness()
    const match = path === 'api' ? { host: 'api' as const } : { host: 'graph' as const, path }
    const { id } = await instagram.addFault({ match, do: action })
    await expectFailure(await connect(system, business.user_id), code, status, sentence)
    await instagram.removeFault(id)
    expect(await inboxOf(business.user_id)).toEqual([])
  })

  test('an account that did not accept its invitation', async () => {
    const business = await instagram.createBusiness({ tester_accepted: false })
    await expectFailure(await connect(system, business.user_id), 'connection.not_allowed', '403', /accept the invitation/)
  })

  describe('with a state that is', () => {
    const callback = (query: string) => fetch(`${system.url}/instagram/callback?${query}`, { redirect: 'manual' })

    test.each(['', '&state=', '&state=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOjF9.AAAA'])(
      'absent or forged (%j): a page that leads back',
      async (state) => {
        const answer = await callback(`code=abc${state}`)
        expect(answer.status).toBe(400)
        expect(await answer.text()).toContain('start the connection again')
      },
    )

    const keySecret = new Uint8Array(32).fill(7)
    const issued = async (age: number, purpose = 'connect:instagram') => {
      const secret = await deriveSecret(keySecret, 'oauth-state')
      const tokens = createStateTokens({ secret, clock: { now: () => Date.now() - age }, ids: createIds() })
      return tokens.issue({ accountId: system.tenant.accountId, userId: system.tenant.userId, purpose })
    }

    test.each<[string, number, string, RegExp]>([
      ['older than 10 minutes', 10 * 60_000 + 1000, 'connect:instagram', /took too long/],
      ['made for something else', 0, 'connect:telegram', /not started here/],
    ])('%s: a page, and Instagram is not asked', async (_, age, purpose, sentence) => {
      const before = (await instagram.requests({ host: 'api' })).length
      const answer = await callback(`code=abc&state=${await issued(age, purpose)}`)
      expect([answer.status, await answer.text()]).toEqual([400, expect.stringMatching(sentence)])
      expect((await instagram.requests({ host: 'api' })).length).toBe(before)
    })

    test('young enough: Instagram is asked', async () => {
      const answer = await callback(`code=abc&state=${await issued(9 * 60_000)}`)
      expect(answer.headers.get('location')).toContain('connection.code_spent')
    })

    test('used: the second time is a page, and what the first one made stays', async () => {
      const business = await instagram.createBusiness()
      const { url } = await system.api<{ url: string }>('POST', '/instagram/authorization')
      const back = await instagram.authorize(url, { business_id: business.user_id })
      expect((await fetch(back, { redirect: 'manual' })).status).toBe(302)
      const again = await fetch(back, { redirect: 'manual' })
      expect([again.status, await again.text()]).toEqual([400, expect.stringContaining('already used')])
      expect(await inboxOf(business.user_id)).toHaveLength(1)
    })

    test('used, for a code that would be good', async () => {
      const { url } = await system.api<{ url: string }>('POST', '/instagram/authorization')
      await fetch(await instagram.authorize(url, { decision: 'cancel' }), { redirect: 'manual' })
      const before = (await instagram.requests({ host: 'api' })).length
      expect((await fetch(await instagram.authorize(url), { redirect: 'manual' })).status).toBe(400)
      expect((await instagram.requests({ host: 'api' })).length).toBe(before)
    })
  })

  test.each<[string, object, string]>([
    ['one that nobody made', { token: 'IGAAnobody' }, 'connection.token_refused'],
    ['none', {}, 'request.invalid'],
  ])('a token of the dashboard: %s is refused', async (_, body, code) => {
    const answer = await fetch(`${system.url}/api/v1/accounts/${system.tenant.accountId}/instagram/token`, {
      method: 'POST',
      headers: { api_access_token: system.tenant.token, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    const told = await answer.json()
    expect([answer.status, told.code]).toEqual([422, code])
    expect(JSON.stringify(told)).not.toContain('IGAA')
  })

  test('an address to return to that nobody allowed is refused', async () => {
    const start = system.api('POST', '/instagram/authorization', { return_to: `${returnTo}/elsewhere` })
    await expect(start).rejects.toThrow(ApiRefusal)
    await expect(start).rejects.toThrow(/CONNECT_RETURN_URLS/)
  })

  test('the same account cannot be an inbox of two tenants', async () => {
    const { business } = await connectedBusiness(system)
    const other = await setUpTenant(system.platform, { account: 'Other', name: 'Olga', email: `olga.${business.user_id}@shop.example` })
    const api = createApi(system.url, other.token)
    const { url } = await api<{ url: string }>('POST', `/api/v1/accounts/${other.accountId}/instagram/authorization`)
    const back = await instagram.authorize(url, { business_id: business.user_id })
    const location = (await fetch(back, { redirect: 'manual' })).headers.get('location') ?? ''
    expect(new URL(location, system.url).searchParams.get('error_type')).toBe('connection.taken')
    expect(location).not.toContain('Test')
    await expect(api('GET', `/api/v1/accounts/${system.tenant.accountId}/inboxes`)).rejects.toMatchObject({ status: 404 })
  })

  test('who says no, or unticks a permission, is sent back with a sentence that says what to do', async () => {
    const business = await instagram.createBusiness()
    const refused = new URL(await connect(system, business.user_id, { decision: 'cancel' }), system.url).searchParams
    expect([refused.get('error_type'), refused.get('code')]).toEqual(['access_denied', '400'])
    const partly = new URL(await connect(system, business.user_id, { granted: ['instagram_business_basic'] }), system.url).searchParams
    expect(partly.get('error_type')).toBe('connection.permission_missing')
    expect(partly.get('error_message')).toContain('instagram_business_manage_messages')
    expect((await listInboxes(system)).some((i) => i.instagram_id === business.user_id)).toBe(false)
  })
})
