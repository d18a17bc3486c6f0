import { toBase64url } from '#adapters/crypto/base64url.ts'
import type { AccessTokens } from '#application/ports/access-tokens.ts'

/** Tokens that secret scanners and our own logger know by their prefix: `dvc_` and 43 characters. */
export const createAccessTokens = (): AccessTokens => ({
  create: () => `dvc_${toBase64url(crypto.getRandomValues(new Uint8Array(32)))}`,
  digest: async (token) => new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(token))),
})
