import type { UploadedFile } from '#application/media/upload-file.ts'
import type { NewAttachment } from '#application/ports/messages.ts'
import type { Tx } from '#application/ports/unit-of-work.ts'
import { sentTypeOf } from '#domain/message/limits.ts'
import type { AccountId } from '#domain/shared/ids.ts'

/** What a file that came before its message becomes in it. */
export const attachmentOf = ({ id, name, contentType, size, digest }: UploadedFile): NewAttachment => ({
  fileType: sentTypeOf(contentType),
  externalUrl: null,
  title: name === '' ? null : name,
  meta: {},
  kept: { id, contentType, size, digest },
})

/** They belong to a message now, which is written in the same transaction. */
export const takeUploads = async (tx: Tx, accountId: AccountId, files: readonly UploadedFile[] = []): Promise<void> => {
  if (files.length === 0) return
  await tx.media.release(
    accountId,
    files.map(({ id }) => id),
  )
}
