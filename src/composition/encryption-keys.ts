import type { VaultKey } from '#adapters/crypto/vault.ts'
import { err, ok, type Result } from '#domain/shared/result.ts'

const bytesOf = (base64: string): Uint8Array | undefined => {
  try {
    return Uint8Array.from(atob(base64.replaceAll('-', '+').replaceAll('_', '/')), (character) => character.charCodeAt(0))
  } catch {
    return undefined
  }
}

const remedy = 'make one with `openssl rand -base64 32`'

/**
 * Reads `id:base64(32 bytes)[,older…]`. The problems are ends of sentences that begin with the variable's name; they point by
 * position, since whoever swapped id and key would read the key in them.
 */
export const parseEncryptionKeys = (text: string): Result<readonly VaultKey[], readonly string[]> => {
  const problems: string[] = []
  const keys: VaultKey[] = []
  text.split(',').forEach((entry, index) => {
    const [, id, base64 = ''] = /^([\w-]{1,32}):(.*)$/s.exec(entry.trim()) ?? []
    const secret = bytesOf(base64)
    const place = `in place ${index + 1}`
    if (id === undefined) problems.push(`has no id ${place}; write each key as id:base64, the id in 1 to 32 letters, digits, "_" or "-"`)
    else if (secret?.length !== 32) problems.push(`has no key of 32 bytes in base64 ${place}; ${remedy}`)
    else if (keys.some((key) => key.id === id))
      problems.push(`has an id ${place} that stands before it already; give each key an id of its own`)
    else keys.push({ id, secret })
  })
  return problems.length > 0 ? err(problems) : ok(keys)
}

/** A new key as `id:base64`, ready to stand first in ENCRYPTION_KEYS. The id is random, so that it differs from those of older keys. */
export const generateEncryptionKey = (): string => {
  const id = `k${crypto.randomUUID().slice(0, 8)}`
  return `${id}:${btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(32))))}`
}
