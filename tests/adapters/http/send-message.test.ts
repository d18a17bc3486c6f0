import { describe, expect, test } from 'vitest'
import type { UploadFile } from '../../../src/application/media/upload-file.ts'
import type { ReceiveMessage, ReceiveMessageCommand } from '../../../src/application/messages/receive-message.ts'
import type { SendMessage, SendMessageCommand, SendMessageError } from '../../../src/application/messages/send-message.ts'
import type { UseCases } from '../../../src/application/use-cases.ts'
import { err, ok } from '../../../src/domain/shared/result.ts'
import { aMessage } from './samples.ts'
import { type Asked, ask, createTestApp, now } from './support.ts'

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

const formOf = (fields: Readonly<Record<string, string | File>>): FormData => {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  return form
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

describe('files', () => {
  const sendFiles = async (
    asked: Asked,
    answer?: Awaited<ReturnType<SendMessage>>,
    refusal?: Awaited<ReturnType<UploadFile>>,
    others: Partial<UseCases> = {},
  ) => {
    const [uploaded, dropped, commands]: [string[], number[], SendMessageCommand[]] = [[], [], []]
    const test = createTestApp({
      useCases: {
        async uploadFile({ accountId, name, contentType, content }) {
          let size = 0
          for await (const chunk of content) size += chunk.length
          uploaded.push(`${accountId} ${name} ${contentType} ${size}`)
          return refusal ?? ok({ id: 400 + uploaded.length, name, contentType, size, digest: `digest of ${name}` })
        },
        dropUploads: async (_accountId, ids) => void dropped.push(...ids),
        async sendMessage(command) {
          commands.push(command)
          return answer ?? ok({ messageId: 300 })
        },
        ...others,
      },
      queries: { message: async () => aMessage },
    })
    return { ...(await ask(test, messages, { method: 'POST', ...asked })), uploaded, dropped, commands }
  }
  const picture = new File(['x'.repeat(3 * 1024 * 1024)], 'ä.png', { type: 'image/png' })
  const withFiles = (...files: File[]): FormData => {
    const form = formOf({ content: 'See' })
    for (const file of files) form.append('attachments[]', file)
    return form
  }

  test('are stored as they come, and go with the message', async () => {
    const { status, uploaded, dropped, commands } = await sendFiles({ form: withFiles(picture, new File(['%PDF-'], 'b.pdf')) })
    expect([status, uploaded, dropped]).toEqual([200, ['1 ä.png image/png 3145728', '1 b.pdf application/octet-stream 5'], []])
    expect(commands).toMatchObject([
      {
        content: 'See',
        files: [
          { id: 401, name: 'ä.png' },
          { id: 402, name: 'b.pdf' },
        ],
      },
    ])
  })

  test('come with what a customer writes, where software of the account’s own brings it in', async () => {
    const commands: ReceiveMessageCommand[] = []
    const receiveMessage: ReceiveMessage = async (command) => {
      commands.push(command)
      return ok({ messageId: 300 })
    }
    const form = withFiles(picture, new File(['%PDF-'], 'b.pdf'))
    form.set('message_type', 'incoming')
    const { status, dropped } = await sendFiles({ form }, undefined, undefined, { receiveMessage })
    const files = [
      { id: 401, name: 'ä.png' },
      { id: 402, name: 'b.pdf' },
    ]
    expect([status, dropped]).toEqual([200, []])
    expect(commands).toMatchObject([{ accountId: 1, displayId: 7, content: 'See', contentAttributes: {}, files }])
    const no: ReceiveMessage = async () => err({ code: 'message.incoming_not_allowed' })
    expect(await sendFiles({ form }, undefined, undefined, { receiveMessage: no })).toMatchObject({ status: 422, dropped: [401, 402] })
  })

  test('may go without words, and not without either', async () => {
    expect((await sendFiles({ form: formOf({ 'attachments[]': picture }) })).commands).toMatchObject([{ content: '', files: [{}] }])
    expect(await sendFiles({ form: formOf({ 'attachments[]': '' }) })).toMatchObject({ status: 422, body: { attributes: ['content'] } })
  })

  test('are forgotten where nothing is sent', async () => {
    const refused = await sendFiles({ form: withFiles(picture) }, err({ code: 'conversation.unknown' }))
    expect([refused.status, refused.dropped]).toEqual([404, [401]])
    const wrong = withFiles(picture)
    wrong.append('private', 'perhaps')
    expect(await sendFiles({ form: wrong })).toMatchObject({ status: 422, dropped: [401], commands: [] })
    const again = { form: withFiles(picture), headers: { 'idempotency-key': 'k' } }
    const replayed = await sendFiles(again, ok({ messageId: 300, repeated: { answer: '{}' } }))
    expect([replayed.text, replayed.dropped]).toEqual(['{}', [401]])
  })

  test('count in a repetition by their content, and not by where they were stored', async () => {
    const digestOf = async (...files: File[]) => {
      const { commands } = await sendFiles({ form: withFiles(...files), headers: { 'idempotency-key': 'k' } })
      return commands[0]?.request?.digest
    }
    expect(await digestOf(picture)).toBe(await digestOf(new File(['other'], 'ä.png')))
    expect(await digestOf(picture)).not.toBe(await digestOf(new File(['x'], 'b.png')))
  })

  test('more fields than any message has are not taken in', async () => {
    const form = withFiles(picture)
    for (let n = 0; n < 600; n++) form.append('content_attributes[]', '')
    expect(await sendFiles({ form })).toMatchObject({ status: 413, body: { code: 'request.too_large' }, dropped: [401], commands: [] })
  })

  test('that are too large, or too many, end the request', async () => {
    const large = await sendFiles({ form: withFiles(picture, picture) }, undefined, err({ code: 'upload.too_large', limit: 5 }))
    expect(large).toMatchObject({ status: 413, body: { code: 'upload.too_large' }, commands: [] })
    expect(large.uploaded).toHaveLength(1)
    const many = await sendFiles({ form: withFiles(...Array.from({ length: 16 }, () => new File(['x'], 'x'))) })
    expect(many).toMatchObject({ status: 422, body: { code: 'attachment.too_many' }, commands: [] })
    expect([many.uploaded.length, many.dropped.length]).toEqual([15, 15])
  })

  const urlEncoded = {
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    form: new URLSearchParams([['attachments[]', '7.signed']]) as never,
  }

  test.each<[string, Asked]>([
    ['in JSON', { json: { attachments: ['7.signed', ''] } }],
    ['alone in JSON', { json: { attachments: '7.signed' } }],
    ['in a form', { form: formOf({ 'attachments[]': '7.signed' }) }],
    ['under a number in a form', { form: formOf({ 'attachments[0]': '7.signed' }) }],
    ['in an URL-encoded form', urlEncoded],
  ])('are sent by ids %s, without words', async (_name, asked) => {
    const { status, commands, dropped } = await sendFiles(asked)
    expect([status, commands[0]?.files, dropped]).toEqual([200, [{ uploadId: '7.signed' }], []])
  })

  test('keep their order among ids, and an id counts in a repetition', async () => {
    const form = formOf({ content: 'See' })
    for (const entry of ['7.signed', picture, '8.signed', new File(['x'], 'b')]) form.append('attachments[]', entry)
    const { commands } = await sendFiles({ form, headers: { 'idempotency-key': 'k' } })
    expect(commands[0]?.files).toMatchObject([{ uploadId: '7.signed' }, { id: 401 }, { uploadId: '8.signed' }, { id: 402 }])
    const digestOf = async (...attachments: string[]) =>
      (await sendFiles({ json: { attachments }, headers: { 'idempotency-key': 'k' } })).commands[0]?.request?.digest
    expect(await digestOf('7.signed')).toBe(await digestOf('7.signed'))
    expect(await digestOf('7.signed')).not.toBe(await digestOf('8.signed'))
  })

  test('that cannot be sent are dropped, ids are left alone', async () => {
    const form = formOf({ 'attachments[]': '7.signed' })
    form.append('attachments[]', picture)
    const refused = await sendFiles({ form }, err({ code: 'message.attachments_not_uploaded' }))
    expect(refused).toMatchObject({ status: 422, body: { attributes: ['attachments'] }, dropped: [401] })
  })

  const disguised = { id: 7, name: 'a', contentType: 'image/png', size: 1, digest: 'd' }
  test.each<[string, unknown]>([
    ['something that looks like a stored file', [disguised]],
    ['something that looks like what an id becomes', [{ uploadId: '7.signed' }]],
    ['a number', [7]],
    ['an object', disguised],
  ])('%s is refused', async (_name, attachments) => {
    const refused = await sendFiles({ json: { content: 'x', attachments } })
    expect(refused).toMatchObject({ status: 422, body: { code: 'message.attachments_not_uploaded' }, commands: [] })
  })

  test('are refused with the limit', async () => {
    const told = async (error: SendMessageError) => (await sendFiles({ form: withFiles(picture) }, err(error))).body.error
    const about = { name: 'ä.png' } as const
    expect(await told({ code: 'attachment.too_large', type: 'image', limit: 8 * 1024 * 1024, ...about })).toContain('8 MB')
    const supported = ['image/png', 'application/pdf']
    const unsupported = await told({ code: 'attachment.type_unsupported', contentType: 'image/webp', supported, ...about })
    expect(unsupported).toBe('"ä.png" is image/webp, which cannot be sent in this inbox; it takes image/png, application/pdf.')
  })
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
