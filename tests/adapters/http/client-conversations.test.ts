import { expect, test } from 'vitest'
import { ok } from '../../../src/domain/shared/result.ts'
import { base, call, createApp, key, talk, wholeConversation } from './client-support.ts'
import { now } from './support.ts'

test('conversations are shown in what is meant for customers', async () => {
  const app = createApp()
  const { body, text } = await call(app, talk)
  expect(text).not.toContain('INTERNAL')
  expect(body).toMatchObject({ id: 7, uuid: 'u', inbox_id: 6, status: 'open', contact_last_seen_at: 0, contact: { name: 'Ida' } })
  expect(body.messages).toEqual([
    {
      ...{ id: 299, content: 'Three kinds.', message_type: 0, content_type: 'text', content_attributes: {} },
      ...{ created_at: Math.floor((now - 1500) / 1000), conversation_id: 7 },
      sender: { id: 8, name: 'Ida', thumbnail: '', type: 'contact' },
    },
    {
      ...{ id: 300, content: 'Three kinds.', message_type: 1, content_type: 'text' },
      content_attributes: { items: [{ title: 'Red', value: 'r' }] },
      ...{ created_at: Math.floor((now - 1500) / 1000), conversation_id: 7 },
      sender: { id: 10, name: 'Ada', available_name: 'Ada', avatar_url: '', thumbnail: '', type: 'user' },
    },
  ])
  expect((await call(app, `${base}/contacts/${key}/conversations?before=9`)).body).toEqual([body])
  expect(app.asked).toContainEqual([80, 9])
  for (const path of ['8', 'x', '0']) expect((await call(app, `${base}/contacts/${key}/conversations/${path}`)).status).toBe(404)
})

test('conversations are started, resolved and read, by whoever they are theirs', async () => {
  const done: unknown[] = []
  const app = createApp({
    startConversation: async (command) => {
      done.push(command)
      return ok(7)
    },
    resolveConversation: async (command) => {
      done.push(command)
      return ok(null)
    },
    noteReading: async (command) => {
      done.push(command)
      return ok(null)
    },
  })
  const list = `${base}/contacts/${key}/conversations`
  expect((await call(app, list, { json: { custom_attributes: { a: 1 } } })).body).toMatchObject({ id: 7 })
  expect((await call(app, `${talk}/toggle_status`, { method: 'POST' })).body).toMatchObject({ id: 7 })
  expect(await call(app, `${talk}/update_last_seen`, { method: 'POST' })).toMatchObject({ status: 200, text: '' })
  expect(await call(app, `${talk}/toggle_typing`, { json: { typing_status: 'on' } })).toMatchObject({ status: 200, text: '' })
  expect(await call(app, `${talk}/toggle_typing`, { json: { typing_status: 'perhaps' } })).toMatchObject({ status: 422 })
  expect(done).toEqual([
    {
      ...{ accountId: 1, inboxId: 6, contactId: 8, sourceId: key, status: undefined, message: undefined },
      ...{ additionalAttributes: {}, customAttributes: { a: 1 } },
    },
    { accountId: 1, displayId: 7 },
    { accountId: 1, displayId: 7 },
  ])
  for (const what of ['toggle_status', 'update_last_seen', 'toggle_typing'])
    expect((await call(app, `${list}/8/${what}`, { json: { typing_status: 'on' } })).status).toBe(404)
  expect(done).toHaveLength(3)
})

test('conversations are read whole only where they are shown', async () => {
  const app = createApp({ noteReading: async () => ok(null) })
  for (const [path, asked] of [
    [`${talk}/messages`, {}],
    [`${talk}/toggle_typing`, { json: { typing_status: 'on' } }],
    [`${talk}/update_last_seen`, { method: 'POST' }],
  ] as const)
    expect((await call(app, path, asked)).status).toBe(200)
  expect(app.asked).not.toContain(wholeConversation)
  await call(app, talk)
  expect(app.asked).toContain(wholeConversation)
})
