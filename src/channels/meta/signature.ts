import type { Mac } from '#application/ports/mac.ts'

const prefix = 'sha256='

/** The bytes of `sha256=<64 hex digits>`, or undefined for anything else. */
const signatureBytes = (header: string | undefined): Uint8Array | undefined => {
  if (!header?.startsWith(prefix) || !/^[0-9a-f]{64}$/i.test(header.slice(prefix.length))) return undefined
  const bytes = new Uint8Array(32)
  for (let i = 0; i < 32; i++) bytes[i] = Number.parseInt(header.slice(prefix.length + 2 * i, prefix.length + 2 * i + 2), 16)
  return bytes
}

/**
 * Does Meta's `X-Hub-Signature-256` header sign these exact bytes with any of the app's secrets? No secret means no. The bytes
 * must be as they came: Meta signs its own escaping, which a parse and a print would not give back.
 */
export const isSignedByMeta = async (
  mac: Mac,
  secrets: readonly string[],
  raw: Uint8Array,
  header: string | undefined,
): Promise<boolean> => {
  const signature = signatureBytes(header)
  return signature !== undefined && isSigned(mac, secrets, raw, signature)
}

/** Is this the HMAC of these bytes by any of the secrets? No secret means no. */
export const isSigned = async (mac: Mac, secrets: readonly string[], raw: Uint8Array, signature: Uint8Array): Promise<boolean> => {
  for (const secret of secrets) {
    const answer = mac.verifySha256(secret, raw, signature)
    if (typeof answer === 'boolean' ? answer : await answer) return true
  }
  return false
}

/** Compares two texts in a time that depends on the length of `given` alone. An empty expectation is never met. */
export const isSameText = (expected: string, given: string): boolean => {
  if (expected === '') return false
  let difference = expected.length ^ given.length
  for (let i = 0; i < given.length; i++) difference |= given.charCodeAt(i) ^ expected.charCodeAt(i % expected.length)
  return difference === 0
}
