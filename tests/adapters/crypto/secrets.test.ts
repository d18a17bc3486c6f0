import { createHash, hkdfSync } from 'node:crypto'
import { expect, it } from 'vitest'
import { createAccessTokens } from '#adapters/crypto/access-tokens.ts'
import { fromBase64url, toBase64url } from '#adapters/crypto/base64url.ts'
import { deriveSecret } from '#adapters/crypto/derive.ts'

const key = new Uint8Array(32).fill(3)

it('makes access tokens of 256 random bits that can be known by their prefix', () => {
  const tokens = Array.from({ length: 1000 }, createAccessTokens().create)
  expect(new Set(tokens).size).toBe(1000)
  for (const token of tokens) {
    expect(token).toMatch(/^dvc_[\w-]{43}$/)
    expect(fromBase64url(token.slice(4))).toHaveLength(32)
  }
})

it('digests a token as SHA-256 of its UTF-8', async () => {
  for (const token of ['dvc_abc', '', 'ü'])
    expect(Buffer.from(await createAccessTokens().digest(token))).toEqual(createHash('sha256').update(token).digest())
})

it('derives secrets as node:crypto does, one for each purpose and key', async () => {
  const secret = await deriveSecret(key, 'state tokens')
  expect(Buffer.from(secret)).toEqual(Buffer.from(hkdfSync('sha256', key, '', 'dovecote:state tokens', 32)))
  expect(await deriveSecret(key, 'sessions')).not.toEqual(secret)
  expect(await deriveSecret(new Uint8Array(32).fill(4), 'state tokens')).not.toEqual(secret)
})

it('reads and writes base64url as Buffer does, and refuses every other spelling', () => {
  for (let length = 0; length < 70; length++) {
    const bytes = crypto.getRandomValues(new Uint8Array(length))
    expect(toBase64url(bytes)).toBe(Buffer.from(bytes).toString('base64url'))
    expect(fromBase64url(toBase64url(bytes))).toEqual(bytes)
  }
  for (const text of ['A', 'AB', 'AA==', 'A A', 'A+/A', 'ü']) expect(fromBase64url(text)).toBeUndefined()
})
