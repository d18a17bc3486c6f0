import { fromBase64url, toBase64url } from '#adapters/crypto/base64url.ts'
import { deriveSecret } from '#adapters/crypto/derive.ts'

const algorithm = { name: 'HMAC', hash: 'SHA-256' }

/** 128 bits are beyond guessing, and the text stays short. */
const signatureBytes = 16

/** Signatures that can stand in an address. */
export interface Signatures {
  sign(text: string): Promise<string>
  /** In constant time. */
  verify(text: string, signature: string): Promise<boolean>
}

const isEqual = (a: Uint8Array, b: Uint8Array): boolean => {
  let difference = a.length ^ b.length
  for (let n = 0; n < a.length; n++) difference |= (a[n] ?? 0) ^ (b[n] ?? 0)
  return difference === 0
}

/** The first secret signs, all verify. What is signed for one purpose is nothing for another. */
export const createSignatures = (secrets: readonly Uint8Array[], purpose: string): Signatures => {
  const keyFrom = async (secret: Uint8Array): Promise<CryptoKey> =>
    crypto.subtle.importKey('raw', new Uint8Array(await deriveSecret(secret, purpose)), algorithm, false, ['sign'])
  let keys: Promise<readonly CryptoKey[]> | undefined
  const open = (): Promise<readonly CryptoKey[]> => {
    keys ??= Promise.all(secrets.map(keyFrom))
    return keys
  }
  const signature = async (key: CryptoKey, text: string): Promise<Uint8Array> =>
    new Uint8Array(await crypto.subtle.sign(algorithm, key, new TextEncoder().encode(text))).subarray(0, signatureBytes)

  return {
    async sign(text) {
      const [first] = await open()
      if (!first) throw new Error('There is no key to sign with.')
      return toBase64url(await signature(first, text))
    },

    async verify(text, claimed) {
      const given = fromBase64url(claimed)
      if (given?.length !== signatureBytes) return false
      const expected = await Promise.all((await open()).map((key) => signature(key, text)))
      return expected.map((each) => isEqual(each, given)).includes(true)
    },
  }
}
