import type { WaitingUpload } from '#application/media/keep-upload.ts'
import { type ReserveError, reserveUpload } from '#application/media/reserve-upload.ts'
import { mostUploaded, type UploadFileError } from '#application/media/upload-file.ts'
import type { Clock } from '#application/ports/clock.ts'
import type { UnitOfWork } from '#application/ports/unit-of-work.ts'
import type { UploadIds } from '#application/ports/upload-ids.ts'
import type { AnnouncedFile } from '#application/ports/uploads.ts'
import type { AccountId } from '#domain/shared/ids.ts'
import type { Instant } from '#domain/shared/instant.ts'
import { err, ok, type Result } from '#domain/shared/result.ts'

export interface AnnounceUploadCommand {
  readonly accountId: AccountId
  /** A conversation that is there, by its number as people see it. */
  readonly displayId: number
  readonly file: AnnouncedFile
}

export interface AnnouncedUpload extends WaitingUpload {
  /** Where the file is to be brought within an hour, without any token. */
  readonly address: string
  readonly announcedAt: Instant
}

export type AnnounceUploadError = ReserveError | UploadFileError | { readonly code: 'conversation.unknown' }

/** Says where a file is to be brought that a message will name. */
export type AnnounceUpload = (command: AnnounceUploadCommand) => Promise<Result<AnnouncedUpload, AnnounceUploadError>>

interface Dependencies {
  readonly unitOfWork: UnitOfWork
  readonly uploadIds: UploadIds
  readonly clock: Clock
}

export const createAnnounceUpload =
  ({ unitOfWork, uploadIds, clock }: Dependencies): AnnounceUpload =>
  async ({ accountId, displayId, file }) => {
    if (file.size === 0) return err({ code: 'attachment.empty' })
    if (file.size > mostUploaded) return err({ code: 'upload.too_large', limit: mostUploaded })
    const announcedAt = clock.now()
    const reserved = await unitOfWork.run(async (tx): Promise<Result<number, AnnounceUploadError>> => {
      const conversation = await tx.conversations.byDisplayId(accountId, displayId)
      return conversation ? reserveUpload(tx, accountId, announcedAt, file) : err({ code: 'conversation.unknown' })
    })
    if (!reserved.ok) return reserved
    const upload = { accountId, id: reserved.value }
    return ok({ id: upload.id, uploadId: await uploadIds.sign(upload), address: await uploadIds.address(upload), announcedAt })
  }
