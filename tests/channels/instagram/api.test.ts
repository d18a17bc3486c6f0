import { expect, test } from 'vitest'
import { createInstagramApi } from '#channels/instagram/api.ts'
import { minutes, seconds } from '#domain/shared/instant.ts'
import { startShop } from '../../sandbox/support.ts'

/** The calls for one business of the simulated Instagram, whose customer has just written. */
const startApi = async () => {
  const shop = await startShop()
  await shop.client.write(shop.customer.igsid, { text: 'hi' })
  const values = new Map([
    ['INSTAGRAM_GRAPH_URL', shop.urls.graph],
    ['INSTAGRAM_API_VERSION', 'v25.0'],
  ])
  const api = createInstagramApi({ read: async () => values })
  const access = { channelKey: shop.business.user_id, token: shop.access_token }
  const send = (text: string) => api.send(access, { recipient: shop.customer.igsid, kind: 'text', text, asHumanAgent: false })
  const fault = (action: Parameters<typeof shop.client.addFault>[0]['do']) =>
    shop.client.addFault({ match: { host: 'graph', path: '/messages$', method: 'POST' }, times: 1, do: action })
  return { ...shop, api, access, send, fault }
}

const page = '<html><body>Sorry, something went wrong.</body></html>'

test.each<[string, Parameters<Awaited<ReturnType<typeof startApi>>['fault']>[0], object]>([
  [
    'an error in a 200',
    { status: 200, body: { error: { code: 551, fbtrace_id: 'T1' } } },
    { code: 'channel.rejected', class: 'recipient' },
  ],
  ['a rate limit as 500', { status: 500, body: { error: { code: 613, is_transient: false } } }, { code: 'channel.rate_limited' }],
  ['a page of HTML with 502', { status: 502, raw_body: page }, { code: 'channel.uncertain', detail: { outage: true } }],
  ['a page of HTML with 200', { status: 200, raw_body: page }, { code: 'channel.uncertain' }],
  ['nothing with 500', { status: 500, raw_body: '' }, { code: 'channel.uncertain', detail: { outage: true } }],
  ['nothing with 200', { status: 200, raw_body: '' }, { code: 'channel.uncertain' }],
  ['a 200 without an id', { status: 200, body: { recipient_id: '1' } }, { code: 'channel.uncertain' }],
  ['a connection that broke', { drop: 'after' }, { code: 'channel.uncertain', detail: { outage: true } }],
  ['a redirect', { status: 302, raw_body: '', headers: { location: '/' } }, { code: 'channel.rejected' }],
  [
    'a rate limit with Retry-After',
    { status: 429, raw_body: '', headers: { 'retry-after': '7' } },
    { code: 'channel.rate_limited', detail: { retryAfter: seconds(7) } },
  ],
  [
    'a rate limit that tells in its data until when',
    { status: 400, body: { error: { code: 80002, error_data: { estimated_time_to_regain_access: 6 } } } },
    { code: 'channel.rate_limited', detail: { providerCode: '80002', retryAfter: minutes(6) } },
  ],
])('a send that is answered with %s', async (_, action, failure) => {
  const { send, fault } = await startApi()
  await fault(action)
  expect(await send('hello')).toMatchObject({ ok: false, error: failure })
})

test('a send that is taken has the id of the message', async () => {
  const { send, client, customer } = await startApi()
  const sent = await send('hello')
  const [, message] = await client.messages(customer.igsid)
  expect(sent).toEqual({ ok: true, value: { externalId: message?.mid } })
})
