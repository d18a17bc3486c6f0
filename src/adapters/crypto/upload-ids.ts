import { createSignatures } from '#adapters/crypto/signatures.ts'
import type { UploadIds, UploadRef } from '#application/ports/upload-ids.ts'

const textOf = ({ accountId, id }: UploadRef): string => `${accountId}/${id}`

/** The first secret signs, all verify. `baseUrl` is the public one, without a slash at its end. */
export const createUploadIds = (secrets: readonly Uint8Array[], baseUrl: string): UploadIds => {
  const ids = createSignatures(secrets, 'upload-ids')
  const addresses = createSignatures(secrets, 'upload-addresses')
  return {
    sign: async (upload) => `${upload.id}.${await ids.sign(textOf(upload))}`,

    async read(accountId, text) {
      const [, number = '', signature = ''] = /^([1-9]\d{0,14})\.([\w-]{1,64})$/.exec(text) ?? []
      const id = Number(number)
      return (await ids.verify(textOf({ accountId, id }), signature)) ? id : undefined
    },

    address: async (upload) => `${baseUrl}/uploads/${textOf(upload)}/${await addresses.sign(textOf(upload))}`,
    verify: (upload, signature) => addresses.verify(textOf(upload), signature),
  }
}
