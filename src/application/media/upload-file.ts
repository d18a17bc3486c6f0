import { inOne } from '#application/in-one.ts'
import { type DropUploads, keepOrDrop } from '#application/media/drop-uploads.ts'
import { keepFile } from '#application/media/keep-file.ts'
import { keyOf } from '#application/media/media-job.ts'
import { upTo } from '#application/media/up-to.ts'
import type { Clock } from '#application/ports/clock.ts'
import type { MediaStore } from '#application/ports/media-store.ts'
import type { UnitOfWork } from '#application/ports/unit-of-work.ts'
import type { UploadedFile } from '#application/ports/uploads.ts'
import type { AccountId } from '#domain/shared/ids.ts'
import { err, ok, type Result } from '#domain/shared/result.ts'

export interface UploadFileCommand {
  readonly accountId: AccountId
  /** What its sender calls it. */
  readonly name: string
  /** What its sender says that it is; believed only where the content leaves it open. */
  readonly contentType: string
  readonly content: AsyncIterable<Uint8Array>
}

export type UploadFileError = { readonly code: 'upload.too_large'; readonly limit: number } | { readonly code: 'attachment.empty' }

/** Takes in a file as it comes, before anybody knows what will be done with it. One that no message gets is removed after a day. */
export type UploadFile = (command: UploadFileCommand) => Promise<Result<UploadedFile, UploadFileError>>

interface Dependencies {
  readonly unitOfWork: UnitOfWork
  readonly mediaStore: MediaStore
  readonly dropUploads: DropUploads
  readonly clock: Clock
}

/** Bytes of one file, as in Chatwoot, whatever it is for. */
export const mostUploaded = 40 * 1024 * 1024

/** What a file is taken for where its content leaves it open. */
export const claimedType = (contentType: string): 'audio' | 'file' => (/^audio\//i.test(contentType) ? 'audio' : 'file')

class TooLarge extends Error {}

export const createUploadFile = ({ unitOfWork, mediaStore, dropUploads, clock }: Dependencies): UploadFile => {
  const store = async (id: number, { accountId, name, contentType, content }: UploadFileCommand): ReturnType<UploadFile> => {
    const place = { key: keyOf({ accountId, kind: 'attachments', id }), fileType: claimedType(contentType) }
    try {
      const kept = await keepFile(
        mediaStore,
        place,
        upTo(mostUploaded, content, () => new TooLarge()),
      )
      return kept.is === 'kept' ? ok({ id, name, ...kept.file }) : err({ code: 'attachment.empty' })
    } catch (cause) {
      if (cause instanceof TooLarge) return err({ code: 'upload.too_large', limit: mostUploaded })
      throw cause
    }
  }

  return async (command) => {
    const { accountId } = command
    const id = await inOne(unitOfWork, (tx) => tx.uploads.reserve(accountId, clock.now()))
    return keepOrDrop(dropUploads, accountId, id, () => store(id, command))
  }
}
