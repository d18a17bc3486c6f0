import { SignJWT, UnsecuredJWT } from 'jose'
import { describe, expect, it } from 'vitest'
import { createStateTokens } from '#adapters/tokens/state-token.ts'
import { fc } from '../../support/properties.ts'

const start = 1_787_000_000_123
const minute = 60_000
const secret = new Uint8Array(32).fill(1)
const claims = { accountId: 7, userId: 3, purpose: 'connect:instagram' }

const setUp = (key = secret) => {
  const time = { now: start }
  let count = 0
  const tokens = createStateTokens({ secret: key, clock: { now: () => time.now }, ids: { next: () => `id-${++count}` } })
  return { tokens, time }
}

const payload = {
  purpose: claims.purpose,
  account_id: 7,
  user_id: 3,
  iss: 'dovecote',
  aud: 'dovecote:state',
  jti: 'x',
  exp: start / 1000 + 600,
}
const sign = (given: object, alg = 'HS256', key = secret) => new SignJWT({ ...given }).setProtectedHeader({ alg }).sign(key)
const open = (token: string) => setUp().tokens.open(token, claims.purpose)

describe('state tokens', () => {
  it('open to what they were issued for, each with an id of its own', async () => {
    const { tokens } = setUp()
    const [one, two] = [await tokens.issue(claims), await tokens.issue(claims)]
    const value = { ...claims, expiresAt: start + 10 * minute }
    expect(await tokens.open(one, claims.purpose)).toEqual({ ok: true, value: { ...value, id: 'id-1' } })
    expect(await tokens.open(two, claims.purpose)).toEqual({ ok: true, value: { ...value, id: 'id-2' } })
  })

  it('end at their millisecond', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 4_000_000_000_000 }), async (issued) => {
        const { tokens, time } = setUp()
        time.now = issued
        const token = await tokens.issue(claims)
        time.now = issued + 10 * minute - 1
        expect(await tokens.open(token, claims.purpose)).toMatchObject({ ok: true, value: { expiresAt: issued + 10 * minute } })
        time.now += 1
        expect(await tokens.open(token, claims.purpose)).toEqual({ ok: false, error: 'state.expired' })
        time.now += 1000 * minute
        expect(await tokens.open(token, claims.purpose)).toEqual({ ok: false, error: 'state.expired' })
      }),
    )
  })

  it('are invalid for another purpose, also when they have expired', async () => {
    const { tokens, time } = setUp()
    const token = await tokens.issue(claims)
    expect(await tokens.open(token, 'connect:whatsapp')).toEqual({ ok: false, error: 'state.invalid' })
    time.now += 11 * minute
    expect(await tokens.open(token, 'connect:whatsapp')).toEqual({ ok: false, error: 'state.invalid' })
  })

  it('are invalid when signed by another secret or changed anywhere', async () => {
    expect(await open(await setUp(new Uint8Array(32).fill(2)).tokens.issue(claims))).toEqual({ ok: false, error: 'state.invalid' })
    const token = await setUp().tokens.issue(claims)
    const [head = '', body = '', mac = ''] = token.split('.')
    const richer = Buffer.from(JSON.stringify({ ...payload, account_id: 1 })).toString('base64url')
    for (const forged of [
      `${head}.${richer}.${mac}`,
      `${head}.${body}.`,
      `${head}.${body}`,
      `${head}.${body}.${mac.slice(2)}`,
      `${token}.x`,
    ])
      expect(await open(forged)).toEqual({ ok: false, error: 'state.invalid' })
  })

  it('are invalid without a signature, whatever they say of their algorithm', async () => {
    const none = new UnsecuredJWT(payload).encode()
    expect(none).toMatch(/\.$/)
    expect(await open(none)).toEqual({ ok: false, error: 'state.invalid' })
    const head = Buffer.from('{"alg":"NONE"}').toString('base64url')
    expect(await open(`${head}.${none.split('.')[1]}.`)).toEqual({ ok: false, error: 'state.invalid' })
    expect(await open(await sign(payload, 'HS512'))).toEqual({ ok: false, error: 'state.invalid' })
  })

  it.each([
    ['another issuer', { iss: 'elsewhere' }],
    ['another audience', { aud: 'dovecote:session' }],
    ['no audience', { aud: undefined }],
    ['no id', { jti: undefined }],
    ['no end', { exp: undefined }],
    ['an end that is no number', { exp: 'never' }],
    ['no purpose', { purpose: undefined }],
    ['an account in text', { account_id: '7' }],
    ['no user', { user_id: undefined }],
    ['a broken number', { user_id: 1.5 }],
  ])('are invalid with %s, though we signed them', async (_, change) => {
    expect(await open(await sign(payload))).toMatchObject({ ok: true })
    expect(await open(await sign({ ...payload, ...change }))).toEqual({ ok: false, error: 'state.invalid' })
  })

  it('never throw, whatever comes', async () => {
    const part = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.json().map((text) => Buffer.from(text).toString('base64url')),
    )
    const hostile = fc.oneof(
      fc.string(),
      fc.array(part, { maxLength: 6 }).map((parts) => parts.join('.')),
    )
    await fc.assert(
      fc.asyncProperty(hostile, async (token) => {
        expect(await open(token)).toEqual({ ok: false, error: 'state.invalid' })
      }),
      { numRuns: 500 },
    )
    for (const head of [
      '{"alg":"HS256","crit":["b64"],"b64":false}',
      '{"alg":"HS256","crit":1}',
      '{"alg":5}',
      '[]',
      'null',
      '{"alg":"HS256","zip":"DEF"}',
    ])
      expect(await open(`${Buffer.from(head).toString('base64url')}.e30.AAAA`)).toEqual({ ok: false, error: 'state.invalid' })
  })

  it('want a whole secret', () => {
    expect(() => setUp(new Uint8Array(31))).toThrow('32 bytes')
  })
})
