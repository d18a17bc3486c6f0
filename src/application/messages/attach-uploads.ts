import type { NewAttachment } from '#application/ports/messages.ts'
import type { Tx } from '#application/ports/unit-of-work.ts'
import type { UploadIds } from '#application/ports/upload-ids.ts'
import type { UploadedFile } from '#application/ports/uploads.ts'
import { sentTypeOf } from '#domain/message/limits.ts'
import type { AccountId } from '#domain/shared/ids.ts'
import { err, ok, type Result } from '#domain/shared/result.ts'

/** A file of a message to be: one that came with it, or the id of one that was uploaded before. */
export type Attached = UploadedFile | { readonly uploadId: string }

/** The same, by its number. */
export type NamedFile = UploadedFile | { readonly id: number }

/** What is attached is not there to be sent: not uploaded, another account's, or in a message already. */
export interface AttachError {
  readonly code: 'message.attachments_not_uploaded'
}

const notUploaded: AttachError = { code: 'message.attachments_not_uploaded' }

/** What a file that came before its message becomes in it. */
export const attachmentOf = ({ id, name, contentType, size, digest }: UploadedFile): NewAttachment => ({
  fileType: sentTypeOf(contentType),
  externalUrl: null,
  title: name === '' ? null : name,
  meta: {},
  kept: { id, contentType, size, digest },
})

/** Which files are meant, where all of them may be meant in this account. */
export const readAttached = async (
  uploadIds: UploadIds,
  accountId: AccountId,
  files: readonly Attached[] = [],
): Promise<Result<readonly NamedFile[], AttachError>> => {
  const named: NamedFile[] = []
  for (const file of files) {
    const id = 'uploadId' in file ? await uploadIds.read(accountId, file.uploadId) : file.id
    if (id === undefined || named.some((other) => other.id === id)) return err(notUploaded)
    named.push('uploadId' in file ? { id } : file)
  }
  return ok(named)
}

/** They belong to the message that is written in this transaction, all of them or none: of two messages that want one, the other finds nothing. */
export const takeUploads = async (
  tx: Tx,
  accountId: AccountId,
  files: readonly NamedFile[],
): Promise<Result<readonly UploadedFile[], AttachError>> => {
  const ids = files.map(({ id }) => id)
  const released = new Map((await tx.uploads.release(accountId, ids)).map(({ id, file }) => [id, file]))
  const taken = files.flatMap((file) => {
    const kept = released.get(file.id)
    return 'digest' in file && kept !== undefined ? file : (kept ?? [])
  })
  return taken.length === files.length ? ok(taken) : err(notUploaded)
}
