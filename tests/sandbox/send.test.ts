import { expect, test } from 'vitest'
import { startShop, textsOf } from './support.ts'

const HOUR = 3_600_000

const startTalk = async (...[answer]: Parameters<typeof startShop>) => {
  const shop = await startShop(answer)
  const question = await shop.client.write(shop.customer.igsid, { text: 'Still open?' })
  await shop.client.idle()
  shop.receiver.received.length = 0
  const post = (body: object) => shop.graph('/v25.0/me/messages', { json: { recipient: { id: shop.customer.igsid }, ...body } })
  return { ...shop, question, post }
}

test('a text goes into the thread and answers with recipient and mid', async () => {
  const { client, say, customer, business } = await startTalk()
  const { status, body } = await say('Until six.')
  expect([status, body]).toEqual([200, { recipient_id: customer.igsid, message_id: expect.any(String) }])
  expect((await client.messages(customer.igsid)).at(-1)).toMatchObject({
    mid: body.message_id,
    from: business.user_id,
    to: customer.igsid,
    origin: 'api',
    text: 'Until six.',
    seen: false,
  })
})

test('the limit is 1000 bytes, not characters', async () => {
  const { say } = await startTalk()
  expect((await say('a'.repeat(1000))).status).toBe(200)
  expect((await say('ä'.repeat(500))).status).toBe(200)
  expect((await say('🕊'.repeat(250))).status).toBe(200)
  for (const text of ['a'.repeat(1001), 'ä'.repeat(501), `${'🕊'.repeat(250)}.`]) {
    expect(await say(text)).toMatchObject({ status: 400, body: { error: { code: 100 } } })
  }
})

test('media: one attachment, several images, a heart; no caption, no unknown type, no broken url', async () => {
  const { client, post, customer, url } = await startTalk()
  const image = { type: 'image', payload: { url: `${url}/media/sample.png` } }
  expect((await post({ message: { attachment: image } })).status).toBe(200)
  expect((await post({ message: { attachments: [image, image] } })).status).toBe(200)
  expect((await post({ message: { attachment: { type: 'like_heart' } } })).status).toBe(200)
  expect((await client.messages(customer.igsid)).map(({ attachments }) => attachments.length)).toEqual([0, 1, 2, 1])
  const refused = [
    { attachment: image, text: 'look' },
    { attachment: { type: 'sculpture', payload: {} } },
    { attachments: [image, { ...image, type: 'video' }] },
    { attachments: Array.from({ length: 11 }, () => image) },
    {},
    { text: '' },
  ]
  for (const message of refused) expect((await post({ message })).body.error).toMatchObject({ code: 100, error_subcode: 2534015 })
  const noUrl = await post({ message: { attachment: { type: 'image', payload: { url: 'nowhere' } } } })
  expect(noUrl.body.error).toMatchObject({ code: 100, error_subcode: 2018008 })
})

test('files are looked at for what they are, given by address or in advance', { timeout: 60_000 }, async () => {
  const { client, post, customer, url, urls, access_token } = await startTalk()
  const upload = async (type: string, bytes: Uint8Array<ArrayBuffer>) => {
    const form = new FormData()
    form.set('message', JSON.stringify({ attachment: { type, payload: { is_reusable: true } } }))
    form.set('filedata', new Blob([bytes]))
    const headers = { authorization: `Bearer ${access_token}` }
    const answer = await fetch(`${urls.graph}/v25.0/me/message_attachments`, { method: 'POST', headers, body: form })
    const json: { attachment_id?: string; error?: { error_subcode: number } } = await answer.json()
    return json.attachment_id ?? json.error?.error_subcode
  }
  const sendFile = async (type: string, payload: object) => (await post({ message: { attachment: { type, payload } } })).body
  const png = new Uint8Array(await (await fetch(`${url}/media/sample.png`)).arrayBuffer())
  const padded = (size: number): Uint8Array<ArrayBuffer> => {
    const bytes = new Uint8Array(size)
    bytes.set(png)
    return bytes
  }
  const given = await upload('image', padded(8 * 1024 * 1024))
  expect(await sendFile('image', { attachment_id: given })).toHaveProperty('message_id')
  expect((await client.messages(customer.igsid)).at(-1)?.attachments).toMatchObject([{ type: 'image' }])
  expect(await sendFile('file', { attachment_id: given })).toMatchObject({ error: { error_subcode: 2018074 } })
  expect([await upload('image', padded(8 * 1024 * 1024 + 1)), await upload('video', png)]).toEqual([2018109, 2018047])
  const byAddress = (type: string, name: string) => sendFile(type, { url: `https://shop.example/media/${name}` })
  await client.configure({ media_origins: { 'https://shop.example': url } })
  for (const [type, name] of [
    ['image', 'a.png'],
    ['audio', 'sample.wav'],
    ['video', 'sample.mp4'],
    ['file', 'sample.pdf'],
  ] as const) {
    expect(await byAddress(type, name)).toHaveProperty('message_id')
  }
  expect(await byAddress('audio', 'a.png')).toMatchObject({ error: { error_subcode: 2018047 } })
  expect(await byAddress('image', 'missing')).toMatchObject({ error: { error_subcode: 2018008 } })
})

test('sender actions answer without message_id and make no echo', async () => {
  const { client, post, customer, question, receiver } = await startTalk()
  for (const sender_action of ['typing_on', 'typing_off', 'mark_seen']) {
    expect((await post({ sender_action })).body).toEqual({ recipient_id: customer.igsid })
  }
  expect((await post({ sender_action: 'react', payload: { message_id: question.mid, reaction: 'love' } })).status).toBe(200)
  expect((await client.messages(customer.igsid))[0]).toMatchObject({ seen: true, reactions: [{ emoji: '❤️' }] })
  expect((await post({ sender_action: 'unreact', payload: { message_id: question.mid } })).status).toBe(200)
  expect((await client.messages(customer.igsid))[0]?.reactions).toEqual([])
  await client.idle()
  expect(receiver.received).toEqual([])
})

test('sender actions are refused with a message, with an unknown mid and by unknown name', async () => {
  const { post } = await startTalk()
  expect((await post({ sender_action: 'typing_on', message: { text: 'x' } })).body.error.error_subcode).toBe(2018014)
  expect((await post({ sender_action: 'react', payload: { message_id: 'x', reaction: 'love' } })).body.error.code).toBe(100)
  expect((await post({ sender_action: 'dance' })).body.error.code).toBe(100)
})

test('reply_to needs a message of the thread, and shows in the echo', async () => {
  const { client, say, question, receiver } = await startTalk()
  expect((await say('yes', { reply_to: { mid: 'x' } })).body.error.code).toBe(100)
  expect((await say('yes', { reply_to: { mid: question.mid } })).status).toBe(200)
  await client.idle()
  expect(receiver.received[0]?.body.entry[0]?.messaging[0]?.message).toMatchObject({ reply_to: { mid: question.mid } })
})

test('the window is open for 24 hours from the last message of the customer', async () => {
  const { client, say, customer } = await startTalk()
  await client.advance(24 * HOUR - 60_000)
  expect((await say('in time')).status).toBe(200)
  await client.advance(120_000)
  expect(await say('late')).toMatchObject({ status: 403, body: { error: { code: 10, error_subcode: 2534022 } } })
  await client.write(customer.igsid, { text: 'Hello?' })
  expect((await say('again')).status).toBe(200)
})

test('the window is closed for someone who never wrote', async () => {
  const { client, business, graph } = await startTalk()
  const silent = await client.createCustomer(business.user_id)
  const { body } = await graph('/v25.0/me/messages', { json: { recipient: { id: silent.igsid }, message: { text: 'psst' } } })
  expect(body.error.error_subcode).toBe(2534022)
})

test('HUMAN_AGENT opens 7 days, for approved apps only', async () => {
  const { client, say } = await startTalk()
  const tag = { messaging_type: 'MESSAGE_TAG', tag: 'HUMAN_AGENT' }
  await client.advance(3 * 24 * HOUR)
  const { status, body } = await say('hello', tag)
  expect([status, body.error.code]).toEqual([403, undefined])
  expect(body.error.message).toMatch(/^To use 'Human Agent'/)
  await client.configure({ human_agent_approved: true })
  expect((await say('hello', tag)).status).toBe(200)
  expect((await say('hello')).body.error.error_subcode).toBe(2534022)
  await client.advance(4 * 24 * HOUR + 60_000)
  expect((await say('hello', tag)).body.error.error_subcode).toBe(2534022)
  expect((await say('hello', { ...tag, tag: 'CONFIRMED_EVENT_UPDATE' })).body.error.code).toBe(100)
})

test('recipients: unknown, of another business, missing, a comment', async () => {
  const { client, graph } = await startTalk()
  const other = await client.createCustomer((await client.createBusiness()).user_id)
  const to = (recipient: unknown) => graph('/v25.0/me/messages', { json: { recipient, message: { text: 'hi' } } })
  for (const id of ['123456789012345', other.igsid]) {
    expect((await to({ id })).body.error).toMatchObject({ code: 100, error_subcode: 2534014 })
  }
  expect((await to(undefined)).body.error.code).toBe(100)
  expect((await to({ comment_id: '1' })).body.error.error_subcode).toBe(2534025)
})

test('permission, message access and scripted errors refuse the send', async () => {
  const { client, say, graph, business, customer } = await startTalk()
  const narrow = await client.issueToken(business.user_id, { scopes: ['instagram_business_basic'] })
  const json = { recipient: { id: customer.igsid }, message: { text: 'hi' } }
  expect((await graph('/v25.0/me/messages', { json, token: narrow.access_token })).body.error.code).toBe(10)
  await client.updateBusiness(business.user_id, { message_access: false })
  expect((await say('hi')).body.error.error_subcode).toBe(2534041)
  await client.updateBusiness(business.user_id, { message_access: true, send_error: 'restricted' })
  expect((await say('hi')).body.error).toMatchObject({ message: expect.stringContaining('restricted') })
  await client.updateBusiness(business.user_id, { send_error: null })
  await client.updateCustomer(customer.igsid, { send_error: 'personUnavailable' })
  expect((await say('hi')).body.error).toMatchObject({ code: 551, error_subcode: 1545041 })
  await client.updateCustomer(customer.igsid, { send_error: null })
  expect((await say('hi')).status).toBe(200)
})

test('echo after: not before the answer has left, even when the answer takes its time', async () => {
  const { client, say, business } = await startTalk()
  await client.addFault({ match: { host: 'graph', path: '/messages$' }, do: { hang_ms: 150 } })
  const sending = say('slow')
  await expect.poll(() => client.deliveries({ state: 'pending' }), { interval: 5 }).toHaveLength(1)
  expect((await client.deliveries({ state: 'pending' }))[0]).toMatchObject({ business_id: business.user_id, attempts: 0 })
  expect((await sending).status).toBe(200)
  await client.idle()
  expect((await client.deliveries()).at(-1)).toMatchObject({ field: 'message_echoes', state: 'delivered', attempts: 1 })
})

test('echo before: it has been taken in when the answer comes', async () => {
  const { client, say, receiver } = await startTalk()
  await client.configure({ echo: 'before' })
  await say('echo first')
  expect(textsOf(receiver.received)).toEqual(['echo first'])
})

test('echo none: nothing comes', async () => {
  const { client, say, receiver } = await startTalk()
  await client.configure({ echo: 'none' })
  await say('silence')
  expect(await client.idle()).toEqual({ idle: true, pending: 0 })
  expect(receiver.received).toEqual([])
})

test('quick replies and templates are held to their limits', async () => {
  const { post } = await startTalk()
  const status = async (message: object) => (await post({ message })).status
  const reply = { content_type: 'text', title: 'Y'.repeat(20), payload: 'yes' }
  const replies = (...quick_replies: object[]) => status({ text: 'Well?', quick_replies })
  expect(await replies(...Array(13).fill(reply))).toBe(200)
  const wrong = [Array(14).fill(reply), [], [{ ...reply, title: 'Y'.repeat(21) }], [{ ...reply, payload: undefined }]]
  for (const list of wrong) expect(await replies(...list)).toBe(400)
  const button = { type: 'postback', title: 'Buy', payload: 'buy' }
  const template = (payload: object) => status({ attachment: { type: 'template', payload } })
  const generic = (...elements: object[]) => template({ template_type: 'generic', elements })
  const element = { title: 'T'.repeat(80), subtitle: 'S'.repeat(80), buttons: Array(3).fill(button) }
  expect(await generic(...Array(10).fill(element))).toBe(200)
  const refused = [Array(11).fill(element), [], [{ ...element, title: 'T'.repeat(81) }], [{ ...element, buttons: Array(4).fill(button) }]]
  for (const list of refused) expect(await generic(...list)).toBe(400)
  const bare = (text: string, ...buttons: object[]) => template({ template_type: 'button', text, buttons })
  expect(await bare('x'.repeat(640), button, { type: 'web_url', title: 'See', url: 'https://shop.example' })).toBe(200)
  expect([await bare('x'.repeat(641), button), await bare('x'), await template({ template_type: 'list' })]).toEqual([400, 400, 400])
})

test('a comment is pushed under changes, and answered once, within a week', async () => {
  const { client, graph, business, customer, receiver } = await startTalk()
  await client.updateBusiness(business.user_id, { subscribed_fields: ['comments', 'messages'] })
  const comment = await client.comment(customer.igsid, 'How much?')
  await client.idle()
  expect(receiver.received.at(-1)?.body.entry).toMatchObject([
    { changes: [{ field: 'comments', value: { id: comment.id, text: 'How much?' } }] },
  ])
  const answer = (id: string) => graph('/v25.0/me/messages', { json: { recipient: { comment_id: id }, message: { text: 'Five.' } } })
  expect((await answer(comment.id)).body).toEqual({ recipient_id: customer.igsid, message_id: expect.any(String) })
  const again = await client.comment(customer.igsid, 'Really?')
  await client.advance(7 * 24 * HOUR + 1)
  for (const id of [comment.id, again.id, '404']) expect((await answer(id)).body.error).toMatchObject({ error_subcode: 2534025 })
})
