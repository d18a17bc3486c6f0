import { expect, test } from 'vitest'
import { startShop } from './support.ts'

test('conversations are listed newest first, one per person, and can be narrowed to one', async () => {
  const { client, graph, business, customer } = await startShop()
  const second = await client.createCustomer(business.user_id, { username: 'second' })
  await client.createCustomer(business.user_id, { username: 'silent' })
  await client.write(customer.igsid, { text: 'one', timestamp: 1_700_000_000_000 })
  await client.write(second.igsid, { text: 'two', timestamp: 1_700_000_060_000 })
  const { body } = await graph(`/v25.0/${business.user_id}/conversations?platform=instagram`)
  expect(body).toEqual({
    data: [
      { id: second.conversation_id, updated_time: '2023-11-14T22:14:20+0000' },
      { id: customer.conversation_id, updated_time: '2023-11-14T22:13:20+0000' },
    ],
  })
  const narrowed = await graph(`/v25.0/me/conversations?platform=instagram&user_id=${customer.igsid}`)
  expect(narrowed.body.data).toHaveLength(1)
  expect((await graph('/v25.0/me/conversations?platform=messenger')).body.error.code).toBe(100)
})

test('long lists come in pages', async () => {
  const { client, graph, business } = await startShop()
  for (const username of ['a', 'b', 'c']) {
    const { igsid } = await client.createCustomer(business.user_id, { username })
    await client.write(igsid, { text: username })
  }
  const first = (await graph('/v25.0/me/conversations?platform=instagram&limit=2')).body
  expect(first.data).toHaveLength(2)
  const rest = (await graph(`/v25.0/me/conversations?platform=instagram&limit=2&after=${first.paging.cursors.after}`)).body
  expect([rest.data.length, rest.paging]).toEqual([1, undefined])
})

test('a conversation lists all its messages, newest first; only the 20 newest can be opened', async () => {
  const { client, graph, customer } = await startShop()
  for (let at = 1; at <= 22; at += 1) await client.write(customer.igsid, { text: `message ${at}`, timestamp: 1_700_000_000_000 + at })
  const { body } = await graph(`/v25.0/${customer.conversation_id}?fields=messages`)
  expect(body.id).toBe(customer.conversation_id)
  expect(body.messages.data).toHaveLength(22)
  expect(body.messages.data[0]).toEqual({ id: expect.any(String), created_time: '2023-11-14T22:13:20+0000' })
  const opened = await graph(`/v25.0/${body.messages.data[19].id}?fields=message`)
  expect(opened.body).toEqual({ id: body.messages.data[19].id, message: 'message 3' })
  expect((await graph(`/v25.0/${body.messages.data[20].id}?fields=message`)).body.error.code).toBe(9_000_001)
})

test('the details of messages of both sides', async () => {
  const { client, graph, say, business, customer, url } = await startShop()
  const question = await client.write(customer.igsid, { text: 'Grüße', timestamp: Date.now() })
  const photo = await client.write(customer.igsid, { attachments: [{ type: 'image' }], reply_to: question.mid })
  const { message_id } = (await say('hello')).body
  await client.react(customer.igsid)
  const fields = 'created_time,from,to,message,attachments,reactions,reply_to'
  const read = async (mid: string) => (await graph(`/v25.0/${mid}?fields=${fields}`)).body
  const [us, them] = [
    { id: business.user_id, username: 'loft.and.seed' },
    { id: customer.igsid, username: 'ida.wren' },
  ]
  expect(await read(question.mid)).toMatchObject({ id: question.mid, from: them, to: { data: [us] }, message: 'Grüße' })
  expect((await read(question.mid)).created_time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0000$/)
  expect(await read(photo.mid)).toMatchObject({
    message: '',
    attachments: { data: [{ mime_type: 'image/png', image_data: { url: `${url}/media/sample.png` } }] },
    reply_to: { mid: question.mid },
  })
  expect(await read(message_id)).toMatchObject({ from: us, to: { data: [them] }, reactions: { data: [{ reaction: '❤️' }] } })
})

test('nested fields select inside of messages', async () => {
  const { client, graph, customer } = await startShop()
  await client.write(customer.igsid, { text: 'nested' })
  const { body } = await graph(`/v25.0/${customer.conversation_id}?fields=participants,messages{id,message,from}`)
  expect(body.participants.data).toHaveLength(2)
  expect(body.messages.data[0]).toEqual({ id: expect.any(String), message: 'nested', from: { id: customer.igsid, username: 'ida.wren' } })
})

test('unsent messages, other people’s conversations and tokens without the scope see nothing', async () => {
  const { client, graph, business, customer } = await startShop()
  const { mid } = await client.write(customer.igsid, { text: 'oops' })
  const narrow = (await client.issueToken(business.user_id, { scopes: ['instagram_business_basic'] })).access_token
  expect((await graph(`/v25.0/${mid}`, { token: narrow })).body.error.code).toBe(10)
  await client.unsend(customer.igsid, mid)
  expect((await graph(`/v25.0/${mid}`)).body.error.code).toBe(9_000_001)
  const other = (await client.issueToken((await client.createBusiness()).user_id)).access_token
  expect((await graph(`/v25.0/${customer.conversation_id}`, { token: other })).body.error).toMatchObject({ code: 100, error_subcode: 33 })
})
