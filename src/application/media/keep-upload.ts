import { checkRoom, type ReserveError } from '#application/media/reserve-upload.ts'
import type { Clock } from '#application/ports/clock.ts'
import type { UnitOfWork } from '#application/ports/unit-of-work.ts'
import type { UploadIds } from '#application/ports/upload-ids.ts'
import type { UploadedFile } from '#application/ports/uploads.ts'
import type { AccountId } from '#domain/shared/ids.ts'
import { ok, type Result } from '#domain/shared/result.ts'

/** A file that waits for its message. */
export interface WaitingUpload {
  /** The number that its attachment will have. */
  readonly id: number
  /** What is sent in its place. */
  readonly uploadId: string
}

/** Keeps a file that came by itself, for a message that names it within a day. */
export type KeepUpload = (accountId: AccountId, file: UploadedFile) => Promise<Result<WaitingUpload, ReserveError>>

interface Dependencies {
  readonly unitOfWork: UnitOfWork
  readonly uploadIds: UploadIds
  readonly clock: Clock
}

export const createKeepUpload =
  ({ unitOfWork, uploadIds, clock }: Dependencies): KeepUpload =>
  async (accountId, file) => {
    const kept = await unitOfWork.run(async (tx) => {
      if (!(await tx.uploads.keep(accountId, file))) throw new Error('The file came, and its reservation is gone.')
      return checkRoom(tx, accountId, clock.now())
    })
    return kept.ok ? ok({ id: file.id, uploadId: await uploadIds.sign({ accountId, id: file.id }) }) : kept
  }
