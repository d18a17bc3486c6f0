import { expect, test } from 'vitest'
import type { SendMessage } from '../../../src/application/messages/send-message.ts'
import type { KeyedRequest, RequestKey } from '../../../src/application/ports/request-keys.ts'
import { err, ok } from '../../../src/domain/shared/result.ts'
import { aMessage } from './samples.ts'
import { type Asked, ask, createTestApp } from './support.ts'

const messages = '/api/v1/accounts/1/conversations/7/messages'

const send = async (asked: Asked, result: Awaited<ReturnType<SendMessage>> = ok({ messageId: 300 })) => {
  const requests: (KeyedRequest | undefined)[] = []
  const kept: [RequestKey, string][] = []
  const test = createTestApp({
    useCases: {
      sendMessage: async ({ request }) => {
        requests.push(request)
        return result
      },
      keepAnswer: async (...answer) => void kept.push(answer),
    },
    queries: { message: async () => aMessage },
  })
  return { ...(await ask(test, messages, { json: { content: 'Hi.' }, ...asked })), request: requests[0], kept }
}

const keyed = (key: string, more: Asked = {}): Asked => ({ headers: { 'idempotency-key': key }, ...more })

test('a request without a key is done as it comes, and no answer is kept', async () => {
  const { request, kept, headers } = await send({})
  expect([request, kept, headers.get('idempotent-replayed')]).toEqual([undefined, [], null])
})

test('a key belongs to its user and address, and its answer is kept as it was given', async () => {
  const { status, request, kept, text, headers } = await send(keyed('order 7, first try'))
  expect(status).toBe(200)
  expect(request).toEqual({
    accountId: 1,
    userId: 10,
    address: `POST ${messages}`,
    key: 'order 7, first try',
    digest: expect.stringMatching(/^[0-9a-f]{64}$/),
  })
  expect(kept).toEqual([[request, text]])
  expect(headers.get('content-type')).toMatch(/^application\/json/)
  expect(headers.get('idempotent-replayed')).toBeNull()
})

test('requests are the same where they ask for the same', async () => {
  const digestOf = async (json: object) => (await send(keyed('k', { json }))).request?.digest
  const first = await digestOf({ content: 'Hi.' })
  expect(await digestOf({ private: false, content: 'Hi.' })).toBe(first)
  const form = new FormData()
  form.append('content', 'Hi.')
  expect((await send({ headers: { 'idempotency-key': 'k' }, form, json: undefined })).request?.digest).toBe(first)
  expect(await digestOf({ content: 'Hi!' })).not.toBe(first)
  expect(await digestOf({ content: 'Hi.', private: true })).not.toBe(first)
  expect(await digestOf({ content: 'Hi.', echo_id: 'x' })).not.toBe(first)
})

test('a repeated request gets the first answer again, to the letter', async () => {
  const { status, text, kept, headers } = await send(
    keyed('k'),
    ok({ messageId: 300, repeated: { answer: '{"id":300, "status":"sent"}' } }),
  )
  expect([status, text, kept]).toEqual([200, '{"id":300, "status":"sent"}', []])
  expect(headers.get('idempotent-replayed')).toBe('true')
  expect(headers.get('content-type')).toMatch(/^application\/json/)
})

test('where the first answer was lost, the message is shown as it is', async () => {
  const { body, headers } = await send(keyed('k'), ok({ messageId: 300, repeated: { answer: null } }))
  expect([body.id, headers.get('idempotent-replayed')]).toEqual([300, 'true'])
})

test.each(['', 'x'.repeat(256), 'grüße', 'tab\there'])('the key %j is refused', async (key) => {
  const { status, body, request } = await send(keyed(key))
  expect([status, body.code, body.attributes, request]).toEqual([422, 'idempotency_key.invalid', ['Idempotency-Key'], undefined])
})

test.each(['~', 'x'.repeat(255)])('the key %j is taken', async (key) => {
  expect((await send(keyed(key))).request?.key).toBe(key)
})

test.each([
  ['idempotency_key.in_use', 409, '1'],
  ['idempotency_key.reused', 422, null],
] as const)('%s is told, and no answer is kept', async (code, status, retryAfter) => {
  const answer = await send(keyed('k'), err({ code }))
  expect(answer).toMatchObject({ status, body: { code }, kept: [] })
  expect(answer.headers.get('retry-after')).toBe(retryAfter)
})
