import { expect, test } from 'vitest'
import type { UploadFile } from '../../../src/application/media/upload-file.ts'
import type { ReceiveMessage, ReceiveMessageCommand } from '../../../src/application/messages/receive-message.ts'
import type { SendMessage, SendMessageCommand, SendMessageError } from '../../../src/application/messages/send-message.ts'
import type { UseCases } from '../../../src/application/use-cases.ts'
import { err, ok } from '../../../src/domain/shared/result.ts'
import { aMessage } from './samples.ts'
import { type Asked, ask, createTestApp, formOf } from './support.ts'

const messages = '/api/v1/accounts/1/conversations/7/messages'

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

test('files are stored as they come, and go with the message', async () => {
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

test('files come with what a customer writes, where software of the account’s own brings it in', async () => {
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

test('files may go without words, and not without either', async () => {
  expect((await sendFiles({ form: formOf({ 'attachments[]': picture }) })).commands).toMatchObject([{ content: '', files: [{}] }])
  expect(await sendFiles({ form: formOf({ 'attachments[]': '' }) })).toMatchObject({ status: 422, body: { attributes: ['content'] } })
})

test('files are forgotten where nothing is sent', async () => {
  const refused = await sendFiles({ form: withFiles(picture) }, err({ code: 'conversation.unknown' }))
  expect([refused.status, refused.dropped]).toEqual([404, [401]])
  const wrong = withFiles(picture)
  wrong.append('private', 'perhaps')
  expect(await sendFiles({ form: wrong })).toMatchObject({ status: 422, dropped: [401], commands: [] })
  const again = { form: withFiles(picture), headers: { 'idempotency-key': 'k' } }
  const replayed = await sendFiles(again, ok({ messageId: 300, repeated: { answer: '{}' } }))
  expect([replayed.text, replayed.dropped]).toEqual(['{}', [401]])
})

test('files count in a repetition by their content, and not by where they were stored', async () => {
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

test('files that are too large, or too many, end the request', async () => {
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
])('files are sent by ids %s, without words', async (_name, asked) => {
  const { status, commands, dropped } = await sendFiles(asked)
  expect([status, commands[0]?.files, dropped]).toEqual([200, [{ uploadId: '7.signed' }], []])
})

test('files keep their order among ids, and an id counts in a repetition', async () => {
  const form = formOf({ content: 'See' })
  for (const entry of ['7.signed', picture, '8.signed', new File(['x'], 'b')]) form.append('attachments[]', entry)
  const { commands } = await sendFiles({ form, headers: { 'idempotency-key': 'k' } })
  expect(commands[0]?.files).toMatchObject([{ uploadId: '7.signed' }, { id: 401 }, { uploadId: '8.signed' }, { id: 402 }])
  const digestOf = async (...attachments: string[]) =>
    (await sendFiles({ json: { attachments }, headers: { 'idempotency-key': 'k' } })).commands[0]?.request?.digest
  expect(await digestOf('7.signed')).toBe(await digestOf('7.signed'))
  expect(await digestOf('7.signed')).not.toBe(await digestOf('8.signed'))
})

test('files that cannot be sent are dropped, ids are left alone', async () => {
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

test('files are refused with the limit', async () => {
  const told = async (error: SendMessageError) => (await sendFiles({ form: withFiles(picture) }, err(error))).body.error
  const about = { name: 'ä.png' } as const
  expect(await told({ code: 'attachment.too_large', type: 'image', limit: 8 * 1024 * 1024, ...about })).toContain('8 MB')
  const supported = ['image/png', 'application/pdf']
  const unsupported = await told({ code: 'attachment.type_unsupported', contentType: 'image/webp', supported, ...about })
  expect(unsupported).toBe('"ä.png" is image/webp, which cannot be sent in this inbox; it takes image/png, application/pdf.')
})
