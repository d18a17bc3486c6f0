import { expect, it } from 'vitest'
import { generateEncryptionKey, parseEncryptionKeys } from '#composition/encryption-keys.ts'

const base64 = (bytes: number, fill = 0xfb): string => Buffer.alloc(bytes, fill).toString('base64')
const noId = (place: number) => `has no id in place ${place}; write each key as id:base64, the id in 1 to 32 letters, digits, "_" or "-"`
const noKey = (place: number) => `has no key of 32 bytes in base64 in place ${place}; make one with \`openssl rand -base64 32\``
const twice = (place: number) => `has an id in place ${place} that stands before it already; give each key an id of its own`

it('reads keys in their order, in every spelling of base64', () => {
  const value = ['a', 'b-2', 'c_3'].map((id) => ({ id, secret: new Uint8Array(32).fill(0xfb) }))
  const urlSafe = Buffer.alloc(32, 0xfb).toString('base64url')
  expect(parseEncryptionKeys(`a:${base64(32)}, b-2:${urlSafe},c_3:${base64(32).replace('=', '')}`)).toEqual({ ok: true, value })
})

it.each([
  ['', [noId(1)]],
  ['canary', [noId(1)]],
  [`a:${base64(32)},`, [noId(2)]],
  [`a.b:${base64(32)}`, [noId(1)]],
  [`${base64(32)}:canary`, [noId(1)]],
  ['canary:', [noKey(1)]],
  ['canary:canary canary!', [noKey(1)]],
  [`a:${base64(31)},b:${base64(33)}`, [noKey(1), noKey(2)]],
  [`a:${base64(32)},a:${base64(32, 2)}`, [twice(2)]],
  [`canary,a:${base64(32)},a:${base64(32)},b:canary`, [noId(1), twice(3), noKey(4)]],
])('says all that is wrong with %j, and nothing of what stands there', (text, problems) => {
  expect(parseEncryptionKeys(text)).toEqual({ ok: false, error: problems })
})

it('generates keys that can be read, and differ', () => {
  const parsed = parseEncryptionKeys([generateEncryptionKey(), generateEncryptionKey()].join(','))
  expect(parsed.ok && new Set(parsed.value.map(({ id }) => id)).size).toBe(2)
  expect(parsed.ok && parsed.value.map(({ secret }) => secret.length)).toEqual([32, 32])
})
