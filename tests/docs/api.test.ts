import { expect, test } from 'vitest'
import { createWebhookSigner } from '#adapters/crypto/webhook-signer.ts'
import { page } from './pages.ts'

type IsOurs = (headers: Readonly<Record<string, string>>, rawBody: string, secret: string) => boolean

test('the check that bridge authors are shown takes what we sign, and nothing else', async () => {
  const code = page('docs/channels/api.md').blocks.find(({ text }) => text.includes('isOurs'))?.text ?? ''
  const { isOurs }: { isOurs: IsOurs } = await import(`data:text/javascript,${encodeURIComponent(`${code}\nexport { isOurs }`)}`)
  const signer = createWebhookSigner()
  const secret = signer.createSecret()
  const body = '{"content": "ä"}'
  const sign = (at: number) => signer.sign(secret, { id: 'one', at, body: new TextEncoder().encode(body) })
  const headers = await sign(Date.now())
  expect(isOurs(headers, body, secret)).toBe(true)
  expect(isOurs(headers, `${body} `, secret)).toBe(false)
  expect(isOurs({ ...headers, 'webhook-id': 'two' }, body, secret)).toBe(false)
  expect(isOurs(headers, body, signer.createSecret())).toBe(false)
  expect(isOurs(await sign(Date.now() - 3_600_000), body, secret)).toBe(false)
})
