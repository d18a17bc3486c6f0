import type { Mac } from '#application/ports/mac.ts'

const hmac = { name: 'HMAC', hash: 'SHA-256' }

/** More than an installation has app secrets. */
const maxKeys = 16

const importKey = (secret: string): Promise<CryptoKey> =>
  crypto.subtle.importKey('raw', new TextEncoder().encode(secret), hmac, false, ['verify'])

/** By WebCrypto, for Workers. Keeps the keys that it used last. An empty secret proves nothing. */
export const createWebMac = (): Mac => {
  const keys = new Map<string, Promise<CryptoKey>>()

  const keyOf = (secret: string): Promise<CryptoKey> => {
    const key = keys.get(secret) ?? importKey(secret)
    keys.delete(secret)
    keys.set(secret, key)
    const [oldest] = keys.keys()
    if (keys.size > maxKeys && oldest !== undefined) keys.delete(oldest)
    return key
  }

  return {
    async verifySha256(secret, message, signature) {
      if (secret === '') return false
      return crypto.subtle.verify(hmac, await keyOf(secret), new Uint8Array(signature), new Uint8Array(message))
    },
  }
}
