import { expect, test } from 'vitest'
import type { ReceiveMessageCommand } from '../../../src/application/messages/receive-message.ts'
import { err, ok } from '../../../src/domain/shared/result.ts'
import { base, call, createApp, key, talk } from './client-support.ts'

test('messages are read as customers see them, back and forth', async () => {
  const app = createApp()
  expect((await call(app, `${talk}/messages?before=40&after=30`)).body).toMatchObject([{ id: 299 }, { id: 300 }])
  expect(app.asked).toContainEqual([80, 7, { before: 40, after: 30 }])
})

test('messages are written, with files and a name of the app’s own', async () => {
  const [commands, dropped]: [ReceiveMessageCommand[], number[]] = [[], []]
  const app = createApp({
    async uploadFile({ accountId, name, contentType, content }) {
      for await (const _ of content);
      return ok({ id: 401, name: `${accountId} ${name}`, contentType, size: 1, digest: 'd' })
    },
    dropUploads: async (_, ids) => void dropped.push(...ids),
    receiveMessage: async (command) => {
      commands.push(command)
      return command.content === 'no' ? err({ code: 'message.too_long', limit: 5 }) : ok({ messageId: 299 })
    },
  })
  const form = new FormData()
  form.set('echo_id', 'e1')
  form.append('attachments[]', new File(['x'], 'a.png', { type: 'image/png' }))
  const sent = await call(app, `${talk}/messages`, { form })
  expect([sent.status, sent.body.id, sent.body.echo_id, dropped]).toEqual([200, 299, 'e1', []])
  const command = { accountId: 1, displayId: 7, contentAttributes: {} }
  expect(commands).toMatchObject([{ ...command, content: '', files: [{ id: 401, name: '1 a.png' }] }])
  form.set('content', 'no')
  expect(await call(app, `${talk}/messages`, { form })).toMatchObject({ status: 422, body: { code: 'message.too_long' } })
  expect(dropped).toEqual([401])
  expect((await call(app, `${talk}/messages`, { json: { content: 'Hi', private: true, message_type: 'outgoing' } })).status).toBe(200)
  expect(commands.at(-1)).toEqual({ ...command, content: 'Hi' })
  expect((await call(app, `${base}/contacts/${key}/conversations/8/messages`, { form })).status).toBe(404)
  expect(commands).toHaveLength(3)
  await call(app, `${talk}/messages`, { json: { attachments: ['7.signed'] } })
  expect(commands[3]?.files).toEqual([{ uploadId: '7.signed' }])
})

test('an item of theirs is chosen', async () => {
  const commands: unknown[] = []
  const app = createApp({
    chooseItem: async (command) => {
      commands.push(command)
      return command.value === 'r' ? ok(299) : err({ code: 'message.no_such_item' })
    },
  })
  const choose = (submitted_values: unknown, id = '299') =>
    call(app, `${talk}/messages/${id}`, { method: 'PATCH', json: { submitted_values } })
  expect((await choose({ title: 'Red', value: 'r' })).body).toMatchObject({ id: 299 })
  expect((await choose([{ value: 'r' }])).status).toBe(200)
  expect(await choose({ value: 'x' })).toMatchObject({ status: 422, body: { code: 'message.no_such_item' } })
  for (const wrong of [undefined, {}, [], [{ value: 'a' }, { value: 'b' }], { value: 7 }]) expect((await choose(wrong)).status).toBe(422)
  expect((await choose({ value: 'r' }, 'x')).status).toBe(404)
  expect(commands).toHaveLength(3)
})
