import { createHmac } from 'node:crypto'

/** JSON as Meta writes it: everything outside ASCII as `\u00e4`, lower-case. The signature is over exactly these bytes. */
export const toWireJson = (value: unknown): string =>
  JSON.stringify(value).replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)

/** The value of `X-Hub-Signature-256`. */
export const sign = (secret: string, body: string): string => `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`

/** `signed_request` of the deauthorize and data deletion callbacks; the signature is over the encoded payload text. */
export const signedRequest = (secret: string, payload: Record<string, unknown>): string => {
  const encoded = Buffer.from(JSON.stringify({ algorithm: 'HMAC-SHA256', ...payload })).toString('base64url')
  return `${createHmac('sha256', secret).update(encoded).digest('base64url')}.${encoded}`
}
