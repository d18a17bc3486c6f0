import { describe, expect, test } from 'vitest'
import type { ChannelEvent } from '#application/intake/channel-event.ts'
import { createInstagramHistory, readThread } from '#channels/instagram/history.ts'
import { parseJson } from '#channels/meta/json.ts'
import { startConnectedShop } from './connected-shop.ts'

const startReading = async () => {
  const shop = await startConnectedShop()
  const { settings, access } = shop
  const { read } = createInstagramHistory(settings)
  const turns: number[] = []
  const turn = async () => void turns.push((await shop.client.requests({ path: '/conversations' })).length)
  const readFrom = async (cursor: string | null = null) => {
    const page = await read(access, { cursor, alternateKey: shop.business.id, now: Date.now(), turn })
    if (!page.ok) throw new Error(JSON.stringify(page.error))
    return page.value
  }
  return { ...shop, read: readFrom, ask: () => read(access, { cursor: null, alternateKey: null, now: Date.now(), turn }), turns }
}

const summary = ({ kind, occurredAt, payload, contactKey }: ChannelEvent) => ({ kind, occurredAt, payload, contactKey })

const message = (externalId: string, text: string | null, more: object = {}) => ({
  ...{ externalId, text, attachments: [], replyTo: null, postback: null, referral: null, unsupported: false },
  ...more,
})

const image = (url: string) => ({ type: 'image', url, title: null, meta: {} })

test('a conversation tells what was written by both, oldest first, as webhooks do', async () => {
  const { client, customer, say, read, business, url } = await startReading()
  const { igsid: contactKey } = customer
  const at = Date.now() - 60_000
  const second = (ms: number): number => Math.floor(ms / 1000) * 1000
  const one = await client.write(contactKey, { text: 'Grüße', timestamp: at })
  const two = await client.write(contactKey, { attachments: [{ type: 'image' }, { type: 'audio' }], timestamp: at + 1, reply_to: one.mid })
  const three = await client.writeAsBusiness(contactKey, { text: 'From the app', timestamp: at + 2 })
  const { message_id } = (await say('By the API')).body
  await client.react(contactKey, { mid: one.mid, emoji: '🎉' })
  const { threads, next } = await read()
  expect(next).toBeNull()
  expect(threads.map((thread) => thread.contactKey)).toEqual([contactKey])
  const [thread] = threads
  const media = [image(`${url}/media/sample.png`), { ...image(`${url}/media/sample.wav`), type: 'audio' }]
  expect(thread?.events.map(summary)).toEqual([
    { kind: 'message-received', occurredAt: second(at), contactKey, payload: message(one.mid, 'Grüße') },
    { kind: 'reaction-changed', occurredAt: expect.any(Number), contactKey, payload: { externalId: one.mid, emoji: '🎉', by: 'contact' } },
    {
      kind: 'message-received',
      occurredAt: second(at + 1),
      contactKey,
      payload: message(two.mid, null, { attachments: media, replyTo: { externalId: one.mid } }),
    },
    { kind: 'message-echoed', occurredAt: second(at + 2), contactKey, payload: message(three.mid, 'From the app') },
    { kind: 'message-echoed', occurredAt: expect.any(Number), contactKey, payload: message(message_id, 'By the API') },
  ])
  expect(thread?.events.every(({ accountKey, channel }) => accountKey === business.user_id && channel === 'instagram')).toBe(true)
  expect(new TextDecoder().decode(thread?.raw)).toContain(two.mid)
})

test('long lists come in pages, and of each conversation the newest 20 messages', async () => {
  const { client, read, business } = await startReading()
  for (let n = 0; n < 12; n++) {
    const { igsid } = await client.createCustomer(business.user_id)
    await client.write(igsid, { text: `number ${n}`, timestamp: 1_700_000_000_000 + n * 1000 })
  }
  const { igsid } = await client.createCustomer(business.user_id)
  for (let n = 0; n < 22; n++) await client.write(igsid, { text: `message ${n}`, timestamp: 1_700_000_100_000 + n * 1000 })
  const first = await read()
  expect(first.threads).toHaveLength(10)
  expect(first.threads[0]?.events.map(({ payload }) => 'text' in payload && payload.text)).toEqual(
    Array.from({ length: 20 }, (_, n) => `message ${n + 2}`),
  )
  const rest = await read(first.next)
  expect([rest.threads.length, rest.next]).toEqual([3, null])
  const all = [...first.threads, ...rest.threads].map(({ movedAt }) => movedAt)
  expect(all).toEqual(all.toSorted((a, b) => b - a))
})

test('what was unsent is not found again', async () => {
  const { client, customer, read } = await startReading()
  const { mid } = await client.write(customer.igsid, { text: 'oops' })
  await client.write(customer.igsid, { text: 'stays' })
  await client.unsend(customer.igsid, mid)
  expect((await read()).threads[0]?.events.map(({ payload }) => 'text' in payload && payload.text)).toEqual(['stays'])
})

describe('where Instagram does not answer as hoped', () => {
  const refused = { error: { message: '(#100) Tried accessing nonexisting field (shares)', code: 100, type: 'OAuthException' } }

  test('a field that it does not know costs no more than what it would have told, and another call in its turn', async () => {
    const { client, customer, read, turns } = await startReading()
    await client.write(customer.igsid, { text: 'words', attachments: [{ type: 'image' }] })
    await client.addFault({ match: { path: '/conversations$' }, times: 1, do: { status: 400, body: refused } })
    const [thread] = (await read()).threads
    expect(thread?.events.map(({ payload }) => payload)).toMatchObject([{ text: 'words', attachments: [] }])
    expect(turns, 'one call was made when the turn of the next was asked for').toEqual([1])
  })

  test.each([
    ['too many calls', { status: 403, body: { error: { code: 613 } } }, 'channel.rate_limited'],
    ['a token that is over', { status: 401, body: { error: { code: 190 } } }, 'channel.unauthorized'],
    ['a page of HTML', { status: 200, raw_body: '<html></html>' }, 'channel.unavailable'],
    ['no list', { status: 200, body: { data: null } }, 'channel.unavailable'],
    ['a refusal, twice', { status: 400, body: refused }, 'channel.rejected'],
  ])('%s', async (_, action, code) => {
    const { client, ask } = await startReading()
    await client.addFault({ match: { path: '/conversations$' }, times: 2, do: action })
    expect(await ask()).toMatchObject({ ok: false, error: { code } })
  })
})

describe('a thread', () => {
  const now = Date.UTC(2026, 4, 1)
  const ends = { participants: { data: [{ id: 'us' }, { id: 'them' }] }, updated_time: '2026-04-30T10:00:00+0000' }
  const read = (thread: object, own: readonly string[] = ['us']) =>
    readThread(parseJson(JSON.stringify(thread)) as Parameters<typeof readThread>[0], 'us', own, now)
  const said = (more: object) => ({ id: 'm1', created_time: '2026-04-30T09:59:00+0000', from: { id: 'them' }, message: '', ...more })
  const payloadOf = (more: object) => read({ ...ends, messages: { data: [said(more)] } })?.events[0]?.payload

  test('without exactly one other person is passed over', () => {
    expect(read({})).toBeUndefined()
    expect(read({ participants: { data: [{ id: 'us' }] } })).toBeUndefined()
    expect(read({ participants: { data: [{ id: 'app' }, { id: 'them' }] } })).toBeUndefined()
    expect(read({ participants: { data: [{ id: 'app' }, { id: 'them' }] } }, ['us', 'app'])?.contactKey).toBe('them')
  })

  test('passes over what it tells no more of than the id', () => {
    expect(
      read({ ...ends, messages: { data: [{ id: 'm0', created_time: 1 }, { from: {} }, 7, said({ message: 'hi' })] } })?.events,
    ).toHaveLength(1)
    expect(read(ends)).toMatchObject({ movedAt: Date.UTC(2026, 3, 30, 10), events: [] })
  })

  test.each<[string, object, object]>([
    [
      'a mention in a story',
      { story: { mention: { link: 'https://cdn/s', id: '1' } } },
      { attachments: [{ ...image('https://cdn/s'), type: 'story_mention' }] },
    ],
    [
      'an answer to a story',
      { message: 'wow', story: { reply_to: { link: 'https://cdn/s', id: '1' } } },
      { text: 'wow', replyTo: { story: { id: '1', url: 'https://cdn/s' } } },
    ],
    [
      'a share',
      { shares: { data: [{ link: 'https://www.instagram.com/p/1' }] } },
      { attachments: [{ ...image('https://www.instagram.com/p/1'), type: 'share' }] },
    ],
    [
      'a file',
      { attachments: { data: [{ mime_type: 'application/pdf', file_url: 'https://cdn/f' }] } },
      { attachments: [{ ...image('https://cdn/f'), type: 'file' }] },
    ],
    [
      'a video',
      { attachments: { data: [{ video_data: { url: 'https://cdn/v' } }] } },
      { attachments: [{ ...image('https://cdn/v'), type: 'video' }] },
    ],
    [
      'something else',
      { attachments: { data: [{ id: '1', generic_template: {} }] } },
      { attachments: [{ type: 'fallback', url: null, meta: { provider_type: 'generic_template' } }] },
    ],
    ['nothing that can be shown', {}, { text: null, attachments: [], unsupported: true }],
  ])('with %s', (_, more, payload) => {
    expect(payloadOf(more)).toMatchObject(payload)
  })
})
