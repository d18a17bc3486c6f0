import { fromBase64url, toBase64url } from '#adapters/crypto/base64url.ts'
import type { Vault } from '#application/ports/vault.ts'

/** A key of the ring: its name in envelopes (letters, digits, `_`, `-`), and 32 bytes. */
export interface VaultKey {
  readonly id: string
  readonly secret: Uint8Array
}

const version = 'v1'
const ivBytes = 12
const tagBytes = 16
const keyBytes = 32

const utf8 = new TextEncoder()
// Both options matter: without them broken text would open as replacement characters, and a leading BOM would be lost.
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

const importKey = ({ id, secret }: VaultKey): Promise<CryptoKey> => {
  if (!/^[\w-]{1,64}$/.test(id)) throw new Error('A vault key id is 1 to 64 letters, digits, "_" or "-".')
  if (secret.length !== keyBytes) throw new Error(`The vault key "${id}" does not have ${keyBytes} bytes.`)
  return crypto.subtle.importKey('raw', new Uint8Array(secret), 'AES-GCM', false, ['encrypt', 'decrypt'])
}

const encode = (text: string, what: string): Uint8Array<ArrayBuffer> => {
  if (!text.isWellFormed()) throw new Error(`The ${what} to seal is not well-formed Unicode.`)
  return utf8.encode(text)
}

/** Neither the version nor an id can hold a dot, so no two triples give the same bytes. */
const additionalData = (keyId: string, context: string): Uint8Array<ArrayBuffer> => encode(`${version}.${keyId}.${context}`, 'context')

const parse = (envelope: string) => {
  const [given, keyId = '', ivText = '', sealedText = '', ...rest] = envelope.split('.')
  const iv = fromBase64url(ivText)
  const sealed = fromBase64url(sealedText)
  const whole = given === version && /^[\w-]{1,64}$/.test(keyId) && rest.length === 0
  if (!whole || iv?.length !== ivBytes || !sealed || sealed.length < tagBytes)
    throw new Error('The value is not an envelope of this vault.')
  return { keyId, iv, sealed }
}

/**
 * AES-256-GCM under a ring of keys: the first one seals, all of them open. An envelope is `v1.<key id>.<iv>.<ciphertext and tag>`,
 * both in base64url; version, key id and context are authenticated with it. No error tells the plain text or a key.
 */
export const createVault = ({ keys }: { readonly keys: readonly VaultKey[] }): Vault => {
  const [first] = keys
  if (!first) throw new Error('A vault needs at least one key.')
  const ring = new Map(keys.map((key) => [key.id, importKey(key)]))
  if (ring.size !== keys.length) throw new Error('Two vault keys have the same id.')

  const keyOf = (id: string): Promise<CryptoKey> => {
    const key = ring.get(id)
    if (!key) throw new Error(`The envelope was sealed by the key "${id}", which is not in the ring.`)
    return key
  }

  const seal: Vault['seal'] = async (plain, context) => {
    const iv = crypto.getRandomValues(new Uint8Array(ivBytes))
    const algorithm = { name: 'AES-GCM', iv, additionalData: additionalData(first.id, context) }
    const sealed = await crypto.subtle.encrypt(algorithm, await keyOf(first.id), encode(plain, 'text'))
    return `${version}.${first.id}.${toBase64url(iv)}.${toBase64url(new Uint8Array(sealed))}`
  }

  const open: Vault['open'] = async (envelope, context) => {
    const { keyId, iv, sealed } = parse(envelope)
    const key = await keyOf(keyId)
    try {
      const algorithm = { name: 'AES-GCM', iv, additionalData: additionalData(keyId, context) }
      return strictUtf8.decode(await crypto.subtle.decrypt(algorithm, key, sealed))
    } catch (cause) {
      throw new Error('The envelope does not open: it was changed, belongs to another context, or its key id names another key.', {
        cause,
      })
    }
  }

  const reseal: Vault['reseal'] = async (envelope, context) => {
    const plain = await open(envelope, context).catch(() => undefined)
    if (plain === undefined) return { is: 'unreadable' }
    return parse(envelope).keyId === first.id ? { is: 'current' } : { is: 'resealed', sealed: await seal(plain, context) }
  }

  return { sealingKey: first.id, seal, open, reseal }
}
