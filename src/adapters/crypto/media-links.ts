import { fromBase64url, toBase64url } from '#adapters/crypto/base64url.ts'
import { deriveSecret } from '#adapters/crypto/derive.ts'
import type { MediaRef } from '#application/ports/media.ts'
import type { MediaLinks } from '#application/ports/media-links.ts'

const algorithm = { name: 'HMAC', hash: 'SHA-256' }

/** 128 bits are beyond guessing, and the address stays short. */
const signatureBytes = 16

const keyFrom = async (secret: Uint8Array): Promise<CryptoKey> =>
  crypto.subtle.importKey('raw', new Uint8Array(await deriveSecret(secret, 'media-links')), algorithm, false, ['sign'])

const messageOf = ({ accountId, kind, id }: MediaRef): Uint8Array<ArrayBuffer> => new TextEncoder().encode(`${kind}/${accountId}/${id}`)

const isEqual = (a: Uint8Array, b: Uint8Array): boolean => {
  let difference = a.length ^ b.length
  for (let n = 0; n < a.length; n++) difference |= (a[n] ?? 0) ^ (b[n] ?? 0)
  return difference === 0
}

/** The first secret signs, all verify. `baseUrl` is the public one, without a slash at its end. */
export const createMediaLinks = (secrets: readonly Uint8Array[], baseUrl: string): MediaLinks => {
  let keys: Promise<readonly CryptoKey[]> | undefined
  const open = (): Promise<readonly CryptoKey[]> => {
    keys ??= Promise.all(secrets.map(keyFrom))
    return keys
  }
  const signature = async (key: CryptoKey, ref: MediaRef): Promise<Uint8Array> =>
    new Uint8Array(await crypto.subtle.sign(algorithm, key, messageOf(ref))).subarray(0, signatureBytes)

  return {
    async sign(ref) {
      const [first] = await open()
      if (!first) throw new Error('There is no key to sign with.')
      return `${baseUrl}/media/${ref.accountId}/${ref.kind}/${ref.id}/${toBase64url(await signature(first, ref))}`
    },

    async verify(ref, text) {
      const given = fromBase64url(text)
      if (given?.length !== signatureBytes) return false
      const expected = await Promise.all((await open()).map((key) => signature(key, ref)))
      return expected.map((each) => isEqual(each, given)).includes(true)
    },
  }
}
