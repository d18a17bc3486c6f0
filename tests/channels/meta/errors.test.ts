import { describe, expect, test } from 'vitest'
import type { ChannelError } from '#application/ports/channel.ts'
import { failureOf } from '#channels/meta/errors.ts'

const answer = (status: number, body: unknown) => ({ kind: 'answer' as const, status, body, retryAfter: undefined })
const error = (fields: object) => ({ error: { message: 'x', type: 'OAuthException', ...fields } })

describe('what a Graph answer means', () => {
  test.each<[number, unknown, ChannelError['code'], string | undefined]>([
    [403, error({ code: 10, error_subcode: 2534022 }), 'channel.rejected', 'window'],
    [401, error({ code: 190, error_subcode: 463 }), 'channel.unauthorized', undefined],
    [403, error({ code: 230 }), 'channel.rejected', 'permission'],
    [401, error({ code: 9010 }), 'channel.rejected', 'unknown_user'],
    [500, error({ code: 613, is_transient: false }), 'channel.rate_limited', undefined],
    [400, error({ code: 2 }), 'channel.unavailable', undefined],
    [400, error({ code: 77777, is_transient: true }), 'channel.unavailable', undefined],
    [400, error({ code: 100, error_subcode: 33 }), 'channel.rejected', 'unknown_user'],
    [400, error({ code: 294 }), 'channel.rejected', 'permission'],
    [400, error({ code: 77777 }), 'channel.rejected', 'invalid'],
    [200, error({ code: 551 }), 'channel.rejected', 'recipient'],
    [403, { error: { message: "To use 'Human Agent' you need approval.", type: 'IGApiException' } }, 'channel.rejected', 'permission'],
    [502, undefined, 'channel.uncertain', undefined],
    [429, undefined, 'channel.rate_limited', undefined],
  ])('%d %j → %s %s', (status, body, code, kind) => {
    const failure = failureOf(answer(status, body), 'writes')
    expect(failure?.code).toBe(code)
    expect(failure?.code === 'channel.rejected' ? failure.class : undefined).toBe(kind)
  })

  test('OAuthException alone is not a token problem', () =>
    expect(failureOf(answer(400, error({ code: 100 })), 'writes')?.code).not.toBe('channel.unauthorized'))

  test('a call that only reads is merely unavailable where one that writes is uncertain', () => {
    expect(failureOf(answer(500, undefined), 'reads')?.code).toBe('channel.unavailable')
    expect(failureOf({ kind: 'silence', reached: true }, 'reads')?.code).toBe('channel.unavailable')
    expect(failureOf({ kind: 'silence', reached: true }, 'writes')?.code).toBe('channel.uncertain')
    expect(failureOf({ kind: 'silence', reached: false }, 'writes')?.code).toBe('channel.unavailable')
  })

  test('a success is no failure', () => expect(failureOf(answer(200, { message_id: 'm' }), 'writes')).toBeUndefined())

  test('keeps what the provider calls its error', () => {
    const failure = failureOf(answer(400, error({ code: 10, error_subcode: 2534022, fbtrace_id: 'T1' })), 'writes')
    expect(failure?.detail).toMatchObject({ providerCode: '10', providerSubcode: '2534022', providerTraceId: 'T1' })
  })
})
