import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { createNodeMac } from '#adapters/crypto/node-mac.ts'
import { readSignedRequest } from '#channels/meta/signed-request.ts'

const secrets = ['first-secret', 'second-secret']
const documented = { user_id: '218471', algorithm: 'HMAC-SHA256', issued_at: 1_291_836_800, expires: 1_291_840_400 }

const encoded = (payload: unknown): string =>
  Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload)).toString('base64url')
const hmac = (secret: string, text: string): string => createHmac('sha256', secret).update(text).digest('base64url')
const signed = (payload: unknown, secret = 'first-secret'): string => `${hmac(secret, encoded(payload))}.${encoded(payload)}`

const read = (text: string, known = secrets) => readSignedRequest(createNodeMac(), known, text)

test.each(secrets)('what %s signed is read', async (secret) => {
  expect(await read(signed(documented, secret))).toEqual({ user_id: '218471', issued_at: 1_291_836_800 })
})

test('an id beyond 2^53 that comes as a number stays what it was', async () => {
  expect(await read(signed('{"algorithm":"hmac-sha256","user_id":28978671838402975}'))).toEqual({ user_id: '28978671838402975' })
})

test.each<[string, string]>([
  ['nothing', ''],
  ['no dot', signed(documented).replace('.', '')],
  ['a part too many', `${signed(documented)}.x`],
  ['another secret', signed(documented, 'third-secret')],
  ['a signature over the decoded payload', `${hmac('first-secret', JSON.stringify(documented))}.${encoded(documented)}`],
  ['a shortened signature', signed(documented).slice(4)],
  ['a changed payload', `${signed(documented).split('.')[0]}.${encoded({ ...documented, user_id: '1' })}`],
  ['no base64url', `***.${encoded(documented)}`],
  ['another algorithm', signed({ ...documented, algorithm: 'NONE' })],
  ['no algorithm', signed({ user_id: '1' })],
  ['no user', signed({ algorithm: 'HMAC-SHA256' })],
  ['no JSON', signed('not json')],
])('%s is not believed', async (_, text) => expect(await read(text)).toBeUndefined())

test('without a secret nothing is believed', async () => {
  expect(await read(signed(documented), [])).toBeUndefined()
  expect(await read(signed(documented, ''), [''])).toBeUndefined()
})
