import { describe, expect, test } from 'vitest'
import { settledPart } from '#application/messages/delivery-outcome.ts'
import type { ChannelError } from '#application/ports/channel.ts'
import type { Part } from '#application/ports/messages.ts'
import { type GraphErrorClass, graphErrors } from '#channels/meta/error-table.ts'
import { failureOf } from '#channels/meta/errors.ts'
import { err } from '#domain/shared/result.ts'
import { transcribed } from './error-list.ts'

const answer = (status: number, body: unknown, pause?: number) => ({ kind: 'answer' as const, status, body, pause })
const error = (fields: object) => ({ error: { message: 'x', type: 'OAuthException', ...fields } })

const [code, subcode] = [(key: string) => Number(key.split('/')[0]), (key: string) => key.split('/')[1]]
const named = (key: string) =>
  error({ code: code(key), fbtrace_id: 'T1', ...(subcode(key) === undefined ? {} : { error_subcode: Number(subcode(key)) }) })

/** What each class makes of a call, and of the part that it was about. */
const meanings: Readonly<Record<GraphErrorClass, readonly [ChannelError['code'], Part['state'], string]>> = {
  transient: ['channel.unavailable', 'queued', 'message.delayed'],
  rate: ['channel.rate_limited', 'queued', 'message.delayed'],
  auth: ['channel.unauthorized', 'held', 'inbox.reauthorization_required'],
  ambiguous: ['channel.uncertain', 'uncertain', 'message.uncertain'],
  window: ['channel.rejected', 'refused', 'message.rejected'],
  recipient: ['channel.rejected', 'refused', 'message.rejected'],
  unknown_user: ['channel.rejected', 'refused', 'message.rejected'],
  policy: ['channel.rejected', 'refused', 'message.rejected'],
  permission: ['channel.rejected', 'refused', 'message.rejected'],
  media: ['channel.rejected', 'refused', 'message.rejected'],
  invalid: ['channel.rejected', 'refused', 'message.rejected'],
}

const now = 1_700_000_000_000
const sending: Part = {
  id: 1,
  messageId: 1,
  conversationId: 1,
  inboxId: 1,
  position: 0,
  kind: 'text',
  content: 'hello',
  payload: null,
  externalId: null,
  state: 'sending',
  attempts: 1,
  dueAt: null,
  claimedAt: now - 100,
}

const classOf = (failure: ChannelError | undefined): string | undefined =>
  failure?.code === 'channel.rejected' ? failure.class : failure?.code

describe('the table of errors', () => {
  test.each(Object.entries(graphErrors))('%s is %s: the call, the part and its error', (key, [kind, sentence]) => {
    const failure = failureOf(answer(400, named(key)), 'writes')
    const [channelCode, state, deliveryCode] = meanings[kind]
    expect(failure?.code).toBe(channelCode)
    if (failure?.code === 'channel.rejected') expect(failure.class).toBe(kind)
    const settled = settledPart(sending, err(failure!), now)
    expect(settled.part.state).toBe(state)
    expect(settled.error).toMatchObject({
      code: deliveryCode,
      providerCode: String(code(key)),
      providerSubcode: subcode(key) ?? null,
      providerTraceId: 'T1',
      message: sentence ?? expect.any(String),
    })
    expect(settled.error?.message).toMatch(/^[A-Z].*\.$/)
  })

  test.each(Object.entries(transcribed))('has what Meta lists: %s', (key, kind) => {
    const [code = '', subcode] = key.split('/')
    expect(graphErrors[key]?.[0] ?? (subcode !== undefined && code.length > 2 ? graphErrors[code]?.[0] : undefined)).toBe(kind)
  })

  test('has nothing that Meta does not list', () =>
    expect(Object.keys(graphErrors).filter((key) => !(key in transcribed) && !['36000', '36001'].includes(key))).toEqual([]))
})

describe('what a Graph answer means', () => {
  test.each<[number, unknown, string]>([
    [500, error({ code: 613, is_transient: false }), 'channel.rate_limited'],
    [400, error({ code: '190', error_subcode: '463' }), 'channel.unauthorized'],
    [400, error({ code: 100, error_subcode: 2534022 }), 'window'],
    [400, error({ code: 2534022 }), 'window'],
    [400, error({ code: 10, error_subcode: 77777 }), 'permission'],
    [400, error({ code: 294 }), 'permission'],
    [400, error({ code: 77777, is_transient: true }), 'channel.unavailable'],
    [500, error({ code: 77777 }), 'channel.uncertain'],
    [429, error({ code: 77777 }), 'channel.rate_limited'],
    [400, error({ code: 77777 }), 'invalid'],
    [401, error({}), 'invalid'],
    [200, error({ code: 551 }), 'recipient'],
    [200, error({ code: 613 }), 'channel.rate_limited'],
    [403, { error: { message: "To use 'Human Agent' you need approval.", type: 'IGApiException' } }, 'permission'],
    [400, { error: { message: 'The Instagram account is restricted.', type: 'IGApiException' } }, 'policy'],
    [400, { error: { message: 7, code: 'what', error_subcode: {}, fbtrace_id: null } }, 'invalid'],
    [502, undefined, 'channel.uncertain'],
    [429, undefined, 'channel.rate_limited'],
    [404, undefined, 'invalid'],
  ])('%d %j → %s', (status, body, kind) => expect(classOf(failureOf(answer(status, body), 'writes'))).toBe(kind))

  test('OAuthException alone is not a token problem', () =>
    expect(failureOf(answer(400, error({ code: 100 })), 'writes')?.code).not.toBe('channel.unauthorized'))

  test('a call that only reads is merely unavailable where one that writes is uncertain', () => {
    expect(failureOf(answer(500, undefined), 'reads')?.code).toBe('channel.unavailable')
    expect(failureOf({ kind: 'silence', reached: true }, 'reads')?.code).toBe('channel.unavailable')
    expect(failureOf({ kind: 'silence', reached: true }, 'writes')?.code).toBe('channel.uncertain')
    expect(failureOf({ kind: 'silence', reached: false }, 'writes')?.code).toBe('channel.unavailable')
  })

  test('silence and 5xx speak of the host, everything else of this call', () => {
    const outage = (...call: Parameters<typeof failureOf>) => failureOf(...call)?.detail.outage
    expect(outage({ kind: 'silence', reached: true }, 'writes')).toBe(true)
    expect(outage({ kind: 'silence', reached: false }, 'writes')).toBe(true)
    expect(outage(answer(502, undefined), 'writes')).toBe(true)
    expect(outage(answer(503, error({ code: 2 })), 'writes')).toBe(true)
    expect(outage(answer(400, error({ code: 2 })), 'writes')).toBeUndefined()
    expect(outage(answer(500, error({ code: 613 })), 'writes')).toBeUndefined()
    expect(outage(answer(500, error({ code: 2500 })), 'writes')).toBeUndefined()
  })

  test('a success is no failure', () => expect(failureOf(answer(200, { message_id: 'm' }), 'writes')).toBeUndefined())

  test('keeps what the provider calls its error, and how long it wants rest', () => {
    const failure = failureOf(answer(400, error({ code: 10, error_subcode: 2534022, fbtrace_id: 'T1' }), 7000), 'writes')
    expect(failure?.detail).toMatchObject({ providerCode: '10', providerSubcode: '2534022', providerTraceId: 'T1', retryAfter: 7000 })
  })
})
