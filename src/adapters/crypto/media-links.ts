import { createSignatures } from '#adapters/crypto/signatures.ts'
import type { MediaRef } from '#application/ports/media.ts'
import type { MediaLinks } from '#application/ports/media-links.ts'

const textOf = ({ accountId, kind, id }: MediaRef): string => `${kind}/${accountId}/${id}`

/** The first secret signs, all verify. `baseUrl` is the public one, without a slash at its end. */
export const createMediaLinks = (secrets: readonly Uint8Array[], baseUrl: string): MediaLinks => {
  const signatures = createSignatures(secrets, 'media-links')
  return {
    sign: async (ref) => `${baseUrl}/media/${ref.accountId}/${ref.kind}/${ref.id}/${await signatures.sign(textOf(ref))}`,
    verify: (ref, signature) => signatures.verify(textOf(ref), signature),
  }
}
