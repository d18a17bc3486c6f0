import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { isSecretName, maskText } from '#adapters/system/mask.ts'
import { redact } from '#adapters/system/redact.ts'

const canary = 'c4nary-PigeonPost_77'
const printed = (value: unknown): string => JSON.stringify(redact(value, { stacks: true }))

describe('names', () => {
  it.each([
    'token',
    'secret',
    'password',
    'authorization',
    'signature',
    'cookie',
    'api_key',
    'access_token',
    'code',
    'state',
    'content',
    'text',
    'body',
    'message_text',
    'accessToken',
    'APP_SECRET',
    'x-hub-signature-256',
    'set-cookie',
    'Api-Access-Token',
    'apiKey',
    'client-secret-2',
    'apikey',
    'messageText',
    'Text',
    'refresh_token',
    'passwordHash',
    'ENCRYPTION_KEYS',
    'authCode',
    'sealedCredential',
  ])('hides %s at any depth, in objects, maps, headers and queries', (name) => {
    expect(isSecretName(name)).toBe(true)
    const given = {
      [name]: canary,
      in: [{ deep: { [name]: { value: [canary] } } }],
      map: new Map([[name, canary]]),
      n: { [name]: 123_456_789 },
    }
    expect(printed(given)).not.toMatch(/c4nary|123456789/)
    expect(printed(new Headers([[name.replaceAll('_', '-'), canary]]))).not.toContain(canary)
    expect(printed(new URLSearchParams([[name, canary]]))).not.toContain(canary)
  })

  it.each(['messageId', 'status', 'kind', 'job', 'provider_code', 'statusCode', 'inboxId', 'reason', 'context', 'stated', 'key', 'time'])(
    'shows %s',
    (name) => {
      expect(redact({ [name]: 'shown' }, { stacks: false })).toEqual({ [name]: 'shown' })
    },
  )

  it('shows our own error codes, and whether there is a secret', () => {
    const given = { code: 'channel.rate_limited', secret: true, token: null }
    expect(redact(given, { stacks: false })).toEqual(given)
    expect(redact({ state: 'a.b', code: 'AQBx.y', token: 'a.b' }, { stacks: false })).toEqual({
      state: '[redacted]',
      code: '[redacted]',
      token: '[redacted]',
    })
  })
})

const igToken = `IGAA${'x1Yz'.repeat(40)}`
const jwt = `eyJhbGciOiJIUzI1NiJ9.eyJwdXJwb3NlIjoiY29ubmVjdCJ9.${'a'.repeat(43)}`

describe('texts', () => {
  it.each([
    [`GET https://graph.instagram.com/me?fields=id&access_token=${canary}&x=1 failed`],
    [`client_secret=${canary}`],
    [`grant_type=code&client_secret=${canary}&code=${canary}`],
    [`https://inbox.example/callback?code=${canary}#_`],
    [`https://inbox.example/callback?a=b&state=${canary}`],
    [`redirect=https%3A%2F%2Fx%3Faccess_token%3D${canary}%26code%3D${canary}`],
    [`hub.verify_token=${canary}`],
    [`ENCRYPTION_KEYS=k1:${canary}`],
    [`Authorization: Bearer ${canary}`],
    [`bearer ${canary}`],
    [`Authorization: Basic ${canary}==`],
    [`authorization: '${canary}'`],
    [`cookie: a=${canary}; b="${canary}"`],
    [`api_access_token: ${canary}`],
    [`got dvc_${canary}.`],
    [`key whsec_${canary}=`],
    [`webhook-signature=v1,${canary}`],
    [`x-hub-signature-256: sha256=${canary}`],
    [`connect to postgres://dovecote:${canary}@db:5432/inbox failed`],
    [`connect to postgres://dovecote:p@ss/${canary}@db/inbox failed`],
    [JSON.stringify({ access_token: canary, user_id: 1 })],
    [JSON.stringify({ message: { mid: 'm1', text: `he said "${canary}" and \\ ${canary}` } })],
    [JSON.stringify(JSON.stringify({ token: canary, text: `say "${canary}", ok` }))],
    [inspect({ token: canary, deep: { text: `it's "${canary}"`, appSecret: canary } })],
    [`Unexpected token 'c', "${canary}" is not valid JSON`],
    [`Unexpected token 'c', ..."a":${canary}"... is not valid JSON`],
  ])('masks %s', (text) => {
    const masked = maskText(text)
    expect(masked).not.toContain('c4nary')
    expect(masked).toContain('[redacted]')
    expect(maskText(masked)).not.toContain('c4nary')
  })

  it.each([igToken, `EAAG${'b2'.repeat(60)}`, jwt])('knows %s by its shape', (token) => {
    for (const text of [token, `(${token})`, `token ${token}, and`, `/${token}/`, `x_${token}`])
      expect(maskText(text)).not.toContain(token.slice(4, 24))
  })

  it.each([
    'connect ECONNREFUSED 127.0.0.1:5432',
    'http://localhost:3000/app@2/x',
    'Error validating access token: the session has expired',
    'duplicate key value violates unique constraint "access_tokens_pk"',
    'aWdfZAG1faXRlbToxOklHTWVzc2FnZAUlEOjE3ODQxNDAwMDAwMDAwMDAxOjM0MDI4MjM2Njg0MTcxMDMwMTI0NDI3',
    '019a0c5e-7d3f-7a1b-8c2d-3e4f5a6b7c8d',
    'a stateless code path',
  ])('leaves %s alone', (text) => expect(maskText(text)).toBe(text))

  it('masks a token that the cut goes through', () => {
    for (let before = 3800; before < 4010; before += 7) expect(maskText(`${'x '.repeat(before / 2)}${igToken}`)).not.toContain('IGAAx1')
  })

  it('takes no longer than the text is long', () => {
    for (const word of ['token', '://a:', '":', 'text":"', 'eyJaaaaaaaa.', '\\"', 'Bearer ', ', "'])
      for (const tail of ['', '"', '@']) {
        const begun = performance.now()
        maskText(word.repeat(100_000) + tail)
        expect(performance.now() - begun).toBeLessThan(1000)
      }
  })
})
