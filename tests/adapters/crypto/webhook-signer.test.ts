import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { createWebhookSigner } from '#adapters/crypto/webhook-signer.ts'

const signer = createWebhookSigner()
const call = { id: '0197a000-0000-7000-8000-000000000001', at: 1_700_000_000_999, body: new TextEncoder().encode('{"text": "ä"}') }

test('both signatures are what their receivers compute from id, time and body', async () => {
  const secret = signer.createSecret()
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64')
  expect(key).toHaveLength(32)
  const mac = (by: Buffer | string, text: string) => createHmac('sha256', by).update(text).digest()
  expect(await signer.sign(secret, call)).toEqual({
    'webhook-id': call.id,
    'webhook-timestamp': '1700000000',
    'webhook-signature': `v1,${mac(key, `${call.id}.1700000000.{"text": "ä"}`).toString('base64')}`,
    'x-chatwoot-delivery': call.id,
    'x-chatwoot-timestamp': '1700000000',
    'x-chatwoot-signature': `sha256=${mac(secret, '1700000000.{"text": "ä"}').toString('hex')}`,
  })
})

test('a secret is never drawn twice', () => {
  expect(new Set(Array.from({ length: 100 }, () => signer.createSecret())).size).toBe(100)
})
