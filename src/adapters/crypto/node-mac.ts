import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Mac } from '#application/ports/mac.ts'

/** By node:crypto, for Node, Bun and Deno: synchronous, several times as fast as WebCrypto. An empty secret proves nothing. */
export const createNodeMac = (): Mac => ({
  verifySha256(secret, message, signature) {
    if (secret === '') return false
    const expected = createHmac('sha256', secret).update(message).digest()
    return signature.length === expected.length && timingSafeEqual(expected, signature)
  },
})
