import { describe, expect, test } from 'vitest'
import type { ReceiveMessage, ReceiveMessageCommand } from '../../../src/application/messages/receive-message.ts'
import type { SendMessage, SendMessageCommand, SendMessageError } from '../../../src/application/messages/send-message.ts'
import { err, ok } from '../../../src/domain/shared/result.ts'
import { aMessage } from './samples.ts'
import { type Asked, ask, createTestApp, formOf, now } from './support.ts'

const messages = '/api/v1/accounts/1/conversations/7/messages'

const send = async (asked: Asked, result: Awaited<ReturnType<SendMessage>> = ok({ messageId: 300 })) => {
  const commands: SendMessageCommand[] = []
  const test = createTestApp({
    useCases: {
      sendMessage: async (command) => {
        commands.push(command)
        return result
      },
    },
    queries: { message: async (accountId, id) => (accountId === 1 && id === 300 ? aMessage : undefined) },
  })
  return { ...(await ask(test, messages, { method: 'POST', ...asked })), commands }
}

const command: SendMessageCommand = {
  accountId: 1,
  displayId: 7,
  author: { kind: 'user', id: 10 },
  content: 'Three kinds.',
  private: false,
  contentAttributes: {},
}

test('a message is sent and answered, with the name its client gave it', async () => {
  const { status, body, commands } = await send({ json: { content: 'Three kinds.', echo_id: 'client-1' } })
  expect([status, body.id, body.message_type, body.echo_id]).toEqual([200, 300, 1, 'client-1'])
  expect(commands).toEqual([command])
  expect((await send({ json: { content: 'x' } })).body).not.toHaveProperty('echo_id')
})

test.each<[string, Asked, Partial<SendMessageCommand>]>([
  ['a note', { json: { content: 'Three kinds.', private: true } }, { private: true }],
  ['nulls', { json: { content: 'Three kinds.', private: null, content_type: null, content_attributes: null } }, {}],
  [
    'an answer',
    { json: { content: 'Three kinds.', content_attributes: { in_reply_to: 299 } } },
    { contentAttributes: { in_reply_to: 299 } },
  ],
  [
    'a form',
    {
      form: formOf({
        content: 'Three kinds.',
        private: 'true',
        message_type: 'outgoing',
        content_attributes: '{"in_reply_to":299}',
        'attachments[]': '',
      }),
    },
    { private: true, contentAttributes: { in_reply_to: 299 } },
  ],
  ['a form with a file field left empty', { form: formOf({ content: 'Three kinds.', 'attachments[]': new File([], '') }) }, {}],
])('%s', async (_name, asked, expected) => {
  const { status, commands } = await send(asked)
  expect(status).toBe(200)
  expect(commands).toEqual([{ ...command, ...expected }])
})

test.each([
  [{}, 'content'],
  [{ content: 7 }, 'content'],
  [{ content: 'x', private: 'perhaps' }, 'private'],
  [{ content: 'x', message_type: 'activity' }, 'message_type'],
  [{ content: 'x', content_type: 'article' }, 'content_type'],
  [{ content: 'x', content_type: 'cards' }, 'items'],
  [{ content: 'x', content_type: 'cards', content_attributes: { items: [{ title: 'T', actions: [] }] } }, 'items.0.actions'],
  [{ content: 'x', content_type: 'input_select', content_attributes: { items: [] } }, 'items'],
  [{ content: 'x', content_type: 'input_select', content_attributes: { items: [{ title: 'T' }] } }, 'items.0.value'],
  [{ content: 'x', content_attributes: 'no JSON' }, 'content_attributes'],
  [{ content: 'x', content_attributes: [1] }, 'content_attributes'],
  [{ content: 'x', echo_id: {} }, 'echo_id'],
])('%j is refused and names %s', async (json, attribute) => {
  const { status, body, commands } = await send({ json })
  expect([status, body.attributes, body.code]).toEqual([422, [attribute], 'request.invalid'])
  expect(body.message).toMatch(new RegExp(`^${attribute} \\w`))
  expect(commands).toEqual([])
})

test.each([32, 33, 100_000])('attributes %i deep', async (depth) => {
  const content_attributes = `{"a":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`
  const { status, body } = await send({ form: formOf({ content: 'x', content_attributes }) })
  expect([status, body.attributes]).toEqual(depth > 32 ? [422, ['content_attributes']] : [200, undefined])
})

describe('incoming messages', () => {
  const receive = async (asked: Asked, answer: Awaited<ReturnType<ReceiveMessage>>) => {
    const received: ReceiveMessageCommand[] = []
    const receiveMessage: ReceiveMessage = async (command) => {
      received.push(command)
      return answer
    }
    const test = createTestApp({ useCases: { receiveMessage }, queries: { message: async () => ({ ...aMessage, type: 'incoming' }) } })
    return { ...(await ask(test, messages, asked)), received }
  }
  const json = { content: 'Hello?', message_type: 'incoming', content_attributes: { a: 1 }, echo_id: 'e' }

  test('are what the customer says', async () => {
    const { status, body, received } = await receive({ json }, ok({ messageId: 300 }))
    expect([status, body.id, body.message_type, body.echo_id]).toEqual([200, 300, 0, 'e'])
    expect(received).toEqual([{ accountId: 1, displayId: 7, content: 'Hello?', contentAttributes: { a: 1 } }])
  })

  test('can be repeated too', async () => {
    const headers = { 'idempotency-key': 'k' }
    const { headers: told, text, received } = await receive({ json, headers }, ok({ messageId: 300, repeated: { answer: '{}' } }))
    expect([told.get('idempotent-replayed'), text, received[0]?.request?.key]).toEqual(['true', '{}', 'k'])
  })

  test('are for API inboxes', async () => {
    expect(await receive({ json }, err({ code: 'message.incoming_not_allowed' }))).toMatchObject({
      status: 422,
      body: { error: expect.stringContaining('Incoming messages are only allowed in Api inboxes') },
    })
  })
})

const buttons = [
  { text: 'See', type: 'link', uri: 'https://shop.example/1' },
  { text: 'Buy', type: 'postback', payload: 'buy-1' },
]

test.each<[string, object, Partial<SendMessageCommand>]>([
  [
    'choices',
    { content_type: 'input_select', content_attributes: { items: [{ title: 'Red', value: 'r' }] } },
    { choices: [{ title: 'Red', payload: 'r' }] },
  ],
  [
    'cards',
    { content_type: 'cards', content_attributes: { items: [{ title: 'Jar', description: null, media_url: '', actions: buttons }] } },
    {
      cards: [
        {
          ...{ title: 'Jar', text: null, imageUrl: null },
          buttons: [
            { title: 'See', url: 'https://shop.example/1' },
            { title: 'Buy', payload: 'buy-1' },
          ],
        },
      ],
    },
  ],
  ['a sticker', { content_type: 'sticker' }, { isSticker: true }],
])('%s', async (_name, json, expected) => {
  const { status, commands } = await send({ json: { content: '❤️', ...json } })
  expect(status).toBe(200)
  expect(commands).toMatchObject([{ content: '❤️', ...expected }])
})

test('an item that is too long, or one too many, is told with the limit', async () => {
  const told = async (error: SendMessageError) => (await send({ json: { content: 'x' } }, err(error))).body.error
  expect(await told({ code: 'message.item_too_long', limit: 20, text: 'A long title' })).toBe(
    '"A long title" is too long: in this inbox it may have at most 20 characters.',
  )
  expect(await told({ code: 'message.too_many_items', limit: 13 })).toContain('at most 13')
  expect(await told({ code: 'message.too_many_buttons', limit: 3 })).toContain('at most 3')
})

test.each<[SendMessageError, number]>([
  [{ code: 'conversation.unknown' }, 404],
  [{ code: 'message.empty' }, 422],
  [{ code: 'message.too_long', limit: 150_000 }, 422],
  [{ code: 'message.outside_window', closesAt: now }, 422],
])('%o is told', async (error, status) => {
  expect(await send({ json: { content: ' ' } }, err(error))).toMatchObject({
    status,
    body: { code: error.code, error: expect.stringMatching(/\.$/) },
  })
})
