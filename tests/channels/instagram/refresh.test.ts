import { describe, expect, test } from 'vitest'
import { createInstagramRefresh } from '#channels/instagram/refresh.ts'
import { days, hours, seconds } from '#domain/shared/instant.ts'
import { startWorld } from '../../sandbox/support.ts'

const now = 1_800_000_000_000

/** A business whose long-lived token is `age` old. */
const startRefresh = async (age = days(2)) => {
  const { client, urls } = await startWorld({ now: () => now })
  const business = await client.createBusiness()
  const old = await client.issueToken(business.user_id, { age_ms: age })
  const values = new Map([['INSTAGRAM_GRAPH_URL', urls.graph]])
  const refresh = createInstagramRefresh({ read: async () => values }, { now: () => now })
  const fault = (action: Parameters<typeof client.addFault>[0]['do']) =>
    client.addFault({ match: { host: 'graph', path: '/refresh_access_token$', method: 'GET' }, times: 1, do: action })
  return { client, business, old, fault, ask: (token = old.access_token) => refresh({ channelKey: business.user_id, token }) }
}

const error = (code: number, more: object = {}) => ({ error: { message: 'no', type: 'OAuthException', code, ...more } })

describe('a refresh at Instagram', () => {
  test('gives a token that is not the old one, and until when it is good', async () => {
    const { client, business, old, ask } = await startRefresh()
    const answer = await ask()
    const [fresh] = (await client.tokens(business.user_id)).filter((each) => each.access_token !== old.access_token)
    expect(answer).toEqual({
      ok: true,
      value: { token: fresh?.access_token, issuedAt: now, expiresAt: now + seconds(5_183_944), permissions: fresh?.scopes },
    })
  })

  test.each<[string, object, string[]?]>([
    ['flat', { access_token: 'IGAAnew', token_type: 'bearer', expires_in: 100 }],
    ['with expires_in as text', { access_token: 'IGAAnew', expires_in: '100' }],
    [
      'in a list',
      { data: [{ access_token: 'IGAAnew', expires_in: 100, permissions: ['instagram_business_basic'] }] },
      ['instagram_business_basic'],
    ],
  ])('understands the answer %s', async (_, body, permissions) => {
    const { fault, ask } = await startRefresh()
    await fault({ status: 200, body })
    expect(await ask()).toEqual({
      ok: true,
      value: { token: 'IGAAnew', issuedAt: now, expiresAt: now + seconds(100), ...(permissions ? { permissions } : {}) },
    })
  })

  test.each<[string, Parameters<Awaited<ReturnType<typeof startRefresh>>['fault']>[0], object]>([
    ['190', { status: 400, body: error(190) }, { code: 'channel.unauthorized', detail: { providerCode: '190' } }],
    ['102', { status: 401, body: error(102) }, { code: 'channel.unauthorized' }],
    ['an OAuthException of another code', { status: 400, body: error(100) }, { code: 'channel.rejected' }],
    ['a proof that the app has to send', { status: 400, body: error(104) }, { code: 'channel.rejected' }],
    ['a permission that is gone', { status: 400, body: error(10) }, { code: 'channel.rejected', class: 'permission' }],
    ['a refusal that passes', { status: 400, body: error(4711, { is_transient: true }) }, { code: 'channel.unavailable' }],
    ['a fault of its own', { status: 500, body: error(2) }, { code: 'channel.unavailable', detail: { outage: true } }],
    [
      'a limit',
      { status: 400, body: error(613), headers: { 'retry-after': '9' } },
      { code: 'channel.rate_limited', detail: { retryAfter: seconds(9) } },
    ],
    ['HTML with 502', { status: 502, raw_body: '<html>' }, { code: 'channel.uncertain' }],
    ['HTML with 200', { status: 200, raw_body: '<html>' }, { code: 'channel.uncertain' }],
    ['nothing in a list', { status: 200, body: { data: [] } }, { code: 'channel.uncertain' }],
    ['no token', { status: 200, body: { token_type: 'bearer', expires_in: 1 } }, { code: 'channel.uncertain' }],
    ['an answer that is lost', { drop: 'after' }, { code: 'channel.uncertain', detail: { outage: true } }],
  ])('that is answered with %s', async (_, action, failure) => {
    const { fault, ask, old } = await startRefresh()
    await fault(action)
    const answer = await ask()
    expect(answer).toMatchObject({ ok: false, error: failure })
    expect(JSON.stringify(answer)).not.toContain(old.access_token)
  })

  test('of a token that is too young, withdrawn or expired', async () => {
    expect(await (await startRefresh(hours(23))).ask()).toMatchObject({
      error: { code: 'channel.rejected', detail: { providerCode: '100' } },
    })
    const withdrawn = await startRefresh()
    await withdrawn.client.revokeTokens(withdrawn.business.user_id, 'passwordChanged')
    expect(await withdrawn.ask()).toMatchObject({ error: { code: 'channel.unauthorized', detail: { providerSubcode: '460' } } })
    expect(await (await startRefresh(days(61))).ask()).toMatchObject({ error: { code: 'channel.unauthorized' } })
  })

  test('of an account that is no tester any more says what to do', async () => {
    const { client, business, ask } = await startRefresh()
    await client.updateBusiness(business.user_id, { tester_accepted: false })
    expect(await ask()).toMatchObject({ error: { code: 'channel.rejected', detail: { message: expect.stringContaining('tester') } } })
  })
})
