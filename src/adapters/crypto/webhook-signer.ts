import type { WebhookSigner } from '#application/ports/webhook-signer.ts'

const algorithm = { name: 'HMAC', hash: 'SHA-256' }
const prefix = 'whsec_'
const secretBytes = 32

const utf8 = new TextEncoder()

const toBase64 = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes))

const toHex = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')

const fromBase64 = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(atob(text), (character) => character.charCodeAt(0))

const hmac = async (key: Uint8Array<ArrayBuffer>, message: Uint8Array<ArrayBuffer>): Promise<Uint8Array> =>
  new Uint8Array(await crypto.subtle.sign(algorithm, await crypto.subtle.importKey('raw', key, algorithm, false, ['sign']), message))

const after = (text: string, body: Uint8Array): Uint8Array<ArrayBuffer> => {
  const head = utf8.encode(text)
  const whole = new Uint8Array(head.byteLength + body.byteLength)
  whole.set(head)
  whole.set(body, head.byteLength)
  return whole
}

/** By WebCrypto, which every runtime has. Chatwoot's signature is keyed by the secret as it is written, the other one by its bytes. */
export const createWebhookSigner = (): WebhookSigner => ({
  createSecret: () => prefix + toBase64(crypto.getRandomValues(new Uint8Array(secretBytes))),

  async sign(secret, { id, at, body }) {
    const timestamp = String(Math.floor(at / 1000))
    const [standard, chatwoot] = await Promise.all([
      hmac(fromBase64(secret.slice(prefix.length)), after(`${id}.${timestamp}.`, body)),
      hmac(utf8.encode(secret), after(`${timestamp}.`, body)),
    ])
    return {
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': `v1,${toBase64(standard)}`,
      'x-chatwoot-delivery': id,
      'x-chatwoot-timestamp': timestamp,
      'x-chatwoot-signature': `sha256=${toHex(chatwoot)}`,
    }
  },
})
