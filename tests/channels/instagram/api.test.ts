import { describe, expect, test } from 'vitest'
import { sentMessages } from '#channels/instagram/sent-messages.ts'
import { minutes, seconds } from '#domain/shared/instant.ts'
import { startTalk } from './connected-shop.ts'

/** The calls for one business of the simulated Instagram, whose customer has just written. */
const startApi = async () => {
  const shop = await startTalk()
  const { api, access, customer } = shop
  const send = (text: string) => api.send(access, { recipient: customer.igsid, kind: 'text', text, asHumanAgent: false })
  const fault = (action: Parameters<typeof shop.fault>[1]) => shop.fault('/messages$', action)
  return { ...shop, send, fault }
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

describe('looking for a message that may have been sent', () => {
  const ask = ({ api, access, customer }: Awaited<ReturnType<typeof startApi>>, text: string, since = Date.now() - seconds(60)) =>
    api.findSent(access, { recipient: customer.igsid, text, attached: [], since })

  test('finds what the business wrote, oldest first, whose answer was lost or not', async () => {
    const shop = await startApi()
    await shop.fault({ drop: 'after' })
    expect(await shop.send('Grüße\n"here"')).toMatchObject({ ok: false })
    await shop.send('Grüße\n"here"')
    await shop.send('something else')
    const mids = (await shop.client.messages(shop.customer.igsid)).filter(({ text }) => text?.startsWith('Grüße')).map(({ mid }) => mid)
    expect(mids).toHaveLength(2)
    expect(await ask(shop, 'Grüße\n"here"')).toEqual({ ok: true, value: mids })
    expect(await ask(shop, 'Grüße')).toEqual({ ok: true, value: [] })
  })

  test('takes neither what the customer wrote, nor what was there before, nor what somebody else was sent', async () => {
    const shop = await startApi()
    await shop.client.write(shop.customer.igsid, { text: 'same' })
    const other = await shop.client.createCustomer(shop.business.user_id)
    await shop.client.write(other.igsid, { text: 'hi' })
    await shop.api.send(shop.access, { recipient: other.igsid, kind: 'text', text: 'same', asHumanAgent: false })
    expect(await ask(shop, 'same')).toEqual({ ok: true, value: [] })
    await shop.send('same')
    expect(await ask(shop, 'same')).toMatchObject({ value: [expect.any(String)] })
    expect(await ask(shop, 'same', Date.now() + seconds(2))).toEqual({ ok: true, value: [] })
  })

  test('says nothing of a person who has no conversation, and passes a refusal on', async () => {
    const shop = await startApi()
    expect(await shop.api.findSent(shop.access, { recipient: '404', text: 'hi', attached: [], since: 0 })).toEqual({ ok: true, value: [] })
    await shop.client.addFault({ match: { path: '/conversations$' }, times: 1, do: { status: 400, body: { error: { code: 80002 } } } })
    expect(await ask(shop, 'hi')).toMatchObject({ ok: false, error: { code: 'channel.rate_limited' } })
    await shop.client.addFault({ match: { path: '/conversations$' }, times: 1, do: { status: 200, raw_body: page } })
    expect(await ask(shop, 'hi')).toMatchObject({ ok: false, error: { code: 'channel.unavailable' } })
  })
})

test('of a list, entries without details, time or words are passed over', () => {
  const sent = { id: 'm1', created_time: '2022-07-12T19:11:07+0000', from: { id: 'us' }, message: 'hi' }
  const since = Date.UTC(2022, 6, 12, 19, 11, 0)
  const read = (...data: unknown[]) =>
    sentMessages({ data: [{ messages: { data } }] }, { recipient: 'them', text: 'hi', attached: [], since })
  expect(read(sent, { ...sent, id: 'm0', created_time: since / 1000 })).toEqual(['m0', 'm1'])
  expect(
    read({ id: 'm2', created_time: '2022-07-12T19:11:07+0000' }, { ...sent, created_time: 'soon' }, { ...sent, from: null }, 7),
  ).toEqual([])
  expect(read({ ...sent, from: { id: 'them' } })).toEqual([])
  expect(sentMessages({ data: [] }, { recipient: 'them', text: 'hi', attached: [], since })).toEqual([])
  expect(sentMessages({ error: {} }, { recipient: 'them', text: 'hi', attached: [], since })).toBeUndefined()
})
