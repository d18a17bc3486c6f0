import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { APP, eventsOf, startShop, startWorld, textsOf } from './support.ts'

test('the envelope, the signature over the raw bytes, and everything outside ASCII escaped', async () => {
  const { client, business, customer, receiver } = await startShop()
  const before = Date.now()
  const message = await client.write(customer.igsid, { text: 'Schöne Grüße 🕊' })
  await client.idle()
  const [webhook] = receiver.received
  expect(webhook?.raw).toContain('Sch\\u00f6ne Gr\\u00fc\\u00dfe \\ud83d\\udd4a')
  expect(webhook?.headers['content-type']).toBe('application/json')
  const signature = createHmac('sha256', APP.appSecret)
    .update(webhook?.raw ?? '')
    .digest('hex')
  expect(webhook?.headers['x-hub-signature-256']).toBe(`sha256=${signature}`)
  expect(webhook?.body).toEqual({
    object: 'instagram',
    entry: [
      {
        id: business.user_id,
        time: expect.any(Number),
        messaging: [
          {
            sender: { id: customer.igsid },
            recipient: { id: business.user_id },
            timestamp: message.timestamp,
            message: { mid: message.mid, text: 'Schöne Grüße 🕊' },
          },
        ],
      },
    ],
  })
  expect(webhook?.body.entry[0]?.time).toBeGreaterThanOrEqual(before)
})

test('a webhook is sent again until the answer is 200, byte for byte the same', async () => {
  const answers = [500, 302, 401, 200]
  const { client, customer, receiver } = await startShop(() => answers.shift() ?? 200)
  await client.write(customer.igsid, { text: 'stubborn' })
  expect(await client.idle()).toEqual({ idle: true, pending: 0 })
  expect(receiver.received).toHaveLength(4)
  expect(new Set(receiver.received.map(({ raw }) => raw)).size).toBe(1)
  expect(await client.deliveries()).toMatchObject([{ field: 'messages', state: 'delivered', attempts: 4, last_status: 200 }])
})

test('it is given up after the limit, with the reason', async () => {
  const { client, customer } = await startShop(() => 503)
  await client.configure({ retry_limit: 3 })
  await client.write(customer.igsid, { text: 'hopeless' })
  await client.idle()
  expect(await client.deliveries()).toMatchObject([
    { state: 'failed', attempts: 3, last_status: 503, reason: expect.stringContaining('503') },
  ])
})

test('the order is kept while the first one has to be sent again; another business does not wait', async () => {
  let failures = 5
  const { client, business, customer, receiver } = await startShop(({ body }) => {
    if (body.entry[0]?.id !== business.user_id) return 200
    failures -= 1
    return failures < 0 ? 200 : 500
  })
  const other = await client.createBusiness({ subscribed_fields: ['messages'] })
  const neighbour = await client.createCustomer(other.user_id)
  for (const text of ['one', 'two', 'three']) await client.write(customer.igsid, { text })
  await client.write(neighbour.igsid, { text: 'next door' })
  await client.idle()
  const texts = textsOf(receiver.received)
  expect(texts.filter((text) => text !== 'next door')).toEqual([...Array.from({ length: 6 }, () => 'one'), 'two', 'three'])
  expect(texts.indexOf('next door')).toBeLessThan(texts.indexOf('two'))
})

test('nothing is sent without the field in the account and in the dashboard', async () => {
  const { client, business, customer, receiver } = await startShop()
  await client.updateBusiness(business.user_id, { subscribed_fields: ['messaging_seen'] })
  await client.write(customer.igsid, { text: 'unheard' })
  await client.updateBusiness(business.user_id, { subscribed_fields: ['messages'] })
  await client.configure({ fields: ['messaging_seen'] })
  await client.write(customer.igsid, { text: 'unheard' })
  await client.idle()
  expect(receiver.received).toEqual([])
  expect((await client.deliveries({ state: 'skipped' })).map(({ reason }) => reason)).toEqual(
    Array(2).fill('no subscription to this field'),
  )
})

test('native messages of the business come as echoes, once, with either field', async () => {
  const { client, business, customer, receiver } = await startShop()
  for (const field of ['messages', 'message_echoes']) {
    await client.updateBusiness(business.user_id, { subscribed_fields: [field] })
    await client.writeAsBusiness(customer.igsid, { text: field })
  }
  await client.idle()
  expect(eventsOf(receiver.received)).toMatchObject(
    ['messages', 'message_echoes'].map((text) => ({
      sender: { id: business.user_id },
      recipient: { id: customer.igsid },
      message: { text, is_echo: true },
    })),
  )
})

test('seen: a given message or the newest one, and everything before it', async () => {
  const { client, say, customer, receiver } = await startShop()
  await client.write(customer.igsid, { text: 'hi' })
  const [first, second, third] = [
    (await say('one')).body.message_id,
    (await say('two')).body.message_id,
    (await say('three')).body.message_id,
  ]
  await client.idle()
  receiver.received.length = 0
  await client.see(customer.igsid, second)
  const seen = async () => (await client.messages(customer.igsid)).filter((message) => message.seen).map(({ mid }) => mid)
  expect(await seen()).toEqual([first, second])
  await client.see(customer.igsid)
  expect(await seen()).toEqual([first, second, third])
  await client.idle()
  expect(eventsOf(receiver.received).map(({ read }) => read)).toEqual([{ mid: second }, { mid: third }])
})

test('attachments, quick reply, reply and raw parts of a message', async () => {
  const { client, customer, receiver, url } = await startShop()
  await client.write(customer.igsid, { attachments: [{ type: 'audio' }, { type: 'file', url: 'https://files.example/a.pdf' }] })
  await client.write(customer.igsid, { attachments: [{ type: 'like_heart' }] })
  await client.write(customer.igsid, { text: 'Blue', quick_reply: 'COLOUR_BLUE' })
  await client.write(customer.igsid, { message: { is_unsupported: true } })
  await client.idle()
  const messages = eventsOf(receiver.received).map(({ message }) => ({ ...message, mid: undefined }))
  expect(messages).toEqual([
    {
      attachments: [
        { type: 'audio', payload: { url: `${url}/media/sample.wav` } },
        { type: 'file', payload: { url: 'https://files.example/a.pdf' } },
      ],
    },
    { attachments: [{ type: 'like_heart' }] },
    { text: 'Blue', quick_reply: { payload: 'COLOUR_BLUE' } },
    { is_unsupported: true },
  ])
})

test.each([
  ['png', 'image/png'],
  ['wav', 'audio/wav'],
  ['mp4', 'video/mp4'],
  ['pdf', 'application/pdf'],
])('the sample.%s can be downloaded', async (extension, type) => {
  const { url } = await startWorld()
  const file = await fetch(`${url}/media/sample.${extension}`)
  expect(file.headers.get('content-type')).toBe(type)
  expect((await file.arrayBuffer()).byteLength).toBeGreaterThan(20)
})

test('postback, reaction, edit, unsend and any other event', async () => {
  const { client, say, customer, receiver } = await startShop()
  const pressed = await client.press(customer.igsid, { title: 'Opening hours', payload: 'HOURS' })
  const { mid } = await client.write(customer.igsid, { text: 'tomorow?' })
  const answer = (await say('yes')).body.message_id
  await client.idle()
  receiver.received.length = 0
  await client.react(customer.igsid)
  await client.react(customer.igsid, { mid: answer, emoji: null })
  await client.edit(customer.igsid, { text: 'tomorrow?' })
  await client.unsend(customer.igsid, mid)
  const referral = { ref: 'shelf', source: 'IGME-LINK', type: 'OPEN_THREAD' }
  await client.event(customer.igsid, { field: 'messaging_referral', event: { referral } })
  await client.event(customer.igsid, { field: 'message_edit', event: { message_edit: { mid, num_edit: 0 } }, bare: true })
  await client.idle()
  const events = eventsOf(receiver.received)
  expect(events.map(({ sender, recipient, timestamp, ...rest }) => rest)).toEqual([
    { reaction: { mid: answer, action: 'react', reaction: 'love', emoji: '❤️' } },
    { reaction: { mid: answer, action: 'unreact' } },
    { message_edit: { mid, text: 'tomorrow?', num_edit: 1 } },
    { message: { mid, is_deleted: true } },
    { referral },
    { message_edit: { mid, num_edit: 0 } },
  ])
  expect(events.at(-1)).not.toHaveProperty('sender')
  expect((await client.messages(customer.igsid)).map(({ mid, text, deleted }) => ({ mid, text, deleted }))).toEqual([
    { mid: pressed.mid, text: 'Opening hours', deleted: false },
    { mid, text: null, deleted: true },
    { mid: answer, text: 'yes', deleted: false },
  ])
})

test('a postback carries mid, title and payload', async () => {
  const { client, customer, receiver } = await startShop()
  const { mid } = await client.press(customer.igsid, { title: 'Opening hours', payload: 'HOURS' })
  await client.idle()
  expect(eventsOf(receiver.received)).toMatchObject([{ postback: { mid, title: 'Opening hours', payload: 'HOURS' } }])
})

test('closing stops what is under way', async () => {
  const { client, customer, close, receiver } = await startShop(() => 500)
  await client.configure({ retry_base_ms: 5 })
  await client.write(customer.igsid, { text: 'endless' })
  await expect.poll(() => receiver.received.length).toBeGreaterThan(0)
  await close()
  const count = receiver.received.length
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(receiver.received.length).toBeLessThanOrEqual(count + 1)
})
