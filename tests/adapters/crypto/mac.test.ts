import { expect, it, onTestFinished, vi } from 'vitest'
import { createNodeMac } from '#adapters/crypto/node-mac.ts'
import { createWebMac } from '#adapters/crypto/web-mac.ts'
import { describeMac } from './mac.contract.ts'

describeMac('node:crypto', createNodeMac)
describeMac('WebCrypto', createWebMac)

it('WebCrypto imports a secret once, and keeps only the last sixteen', async () => {
  const imports = vi.spyOn(crypto.subtle, 'importKey')
  onTestFinished(() => imports.mockRestore())
  const mac = createWebMac()
  const use = (secret: string) => mac.verifySha256(secret, new Uint8Array(), new Uint8Array(32))
  for (let index = 0; index < 16; index++) await use(`secret ${index}`)
  for (let index = 0; index < 16; index++) await use(`secret ${index}`)
  expect(imports).toHaveBeenCalledTimes(16)
  await use('another')
  await use('secret 15')
  expect(imports).toHaveBeenCalledTimes(17)
  await use('secret 0')
  expect(imports).toHaveBeenCalledTimes(18)
})
