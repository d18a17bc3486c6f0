import * as z from 'zod'
import type { Mac } from '#application/ports/mac.ts'
import { parseJson } from '#channels/meta/json.ts'
import { isSigned } from '#channels/meta/signature.ts'

/** Who a signed request is about (documented as the app-scoped id), and when it was made: seconds since 1970. */
const notice = z
  .object({
    algorithm: z.string().refine((name) => name.toUpperCase() === 'HMAC-SHA256'),
    user_id: z.union([z.string().min(1), z.number().transform(String)]),
    issued_at: z.number().optional(),
  })
  .transform(({ user_id, issued_at }) => ({ user_id, issued_at }))

export type SignedRequest = z.output<typeof notice>

/** Base64url without padding; undefined for anything else. */
const bytesOf = (text: string): Uint8Array | undefined => {
  if (!/^[\w-]+$/.test(text) || text.length % 4 === 1) return undefined
  return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (character) => character.charCodeAt(0))
}

/**
 * Meta's `signed_request` (developers.facebook.com, data deletion callback): signature and payload, both base64url, with a dot
 * between. The HMAC is over the payload's text as it came, by any of the app's secrets; no secret means no.
 */
export const readSignedRequest = async (mac: Mac, secrets: readonly string[], text: string): Promise<SignedRequest | undefined> => {
  const [signature = '', payload = '', ...more] = text.split('.')
  const [signed, json] = [bytesOf(signature), bytesOf(payload)]
  if (!signed || !json || more.length > 0) return undefined
  if (!(await isSigned(mac, secrets, new TextEncoder().encode(payload), signed))) return undefined
  return notice.safeParse(parseJson(new TextDecoder().decode(json))).data
}
