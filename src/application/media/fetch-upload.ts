import { type DropUploads, keepOrDrop } from '#application/media/drop-uploads.ts'
import type { KeepUpload, WaitingUpload } from '#application/media/keep-upload.ts'
import { keyOf } from '#application/media/media-job.ts'
import { type ReserveError, reserveUpload } from '#application/media/reserve-upload.ts'
import { mostUploaded, type UploadFileError } from '#application/media/upload-file.ts'
import type { Clock } from '#application/ports/clock.ts'
import type { Copies } from '#application/ports/copies.ts'
import type { DownloadFailure } from '#application/ports/downloads.ts'
import type { UnitOfWork } from '#application/ports/unit-of-work.ts'
import type { AccountId } from '#domain/shared/ids.ts'
import { seconds } from '#domain/shared/instant.ts'
import { err, type Result } from '#domain/shared/result.ts'

export type FetchUploadError =
  | ReserveError
  | UploadFileError
  /** We do not go there, or nothing was to be had there. */
  | { readonly code: 'upload.address_refused' | 'upload.address_unavailable' }

/** Gets a file from an address that the caller gives, for a message that names it within a day. */
export type FetchUpload = (accountId: AccountId, url: string) => Promise<Result<WaitingUpload, FetchUploadError>>

interface Dependencies {
  readonly unitOfWork: UnitOfWork
  readonly copies: Copies
  readonly keepUpload: KeepUpload
  readonly dropUploads: DropUploads
  readonly clock: Clock
}

const limits = { bytes: mostUploaded, time: seconds(20) }

/** What the last piece of the address calls it. */
const nameIn = (url: string): string => {
  const [last = ''] = new URL(url).pathname.split('/').slice(-1)
  try {
    return decodeURIComponent(last)
      .replaceAll(/\p{Cc}/gu, '')
      .slice(0, 255)
  } catch {
    return last.slice(0, 255)
  }
}

const errorOf = ({ code }: DownloadFailure): FetchUploadError => {
  if (code === 'download.refused') return { code: 'upload.address_refused' }
  return code === 'download.too_large' ? { code: 'upload.too_large', limit: mostUploaded } : { code: 'upload.address_unavailable' }
}

export const createFetchUpload = ({ unitOfWork, copies, keepUpload, dropUploads, clock }: Dependencies): FetchUpload => {
  const fetchInto = async (accountId: AccountId, id: number, url: string): ReturnType<FetchUpload> => {
    const place = { key: keyOf({ accountId, kind: 'attachments', id }), fileType: 'file' }
    const copied = await copies.keep(url, limits, place, 'awaited')
    if (!copied.ok) return err(errorOf(copied.error))
    if (copied.value.is !== 'kept') return err({ code: 'attachment.empty' })
    return keepUpload(accountId, { id, name: nameIn(url), ...copied.value.file })
  }

  return async (accountId, url) => {
    if (!URL.canParse(url)) return err({ code: 'upload.address_refused' })
    const reserved = await unitOfWork.run((tx) => reserveUpload(tx, accountId, clock.now(), { name: nameIn(url) }))
    if (!reserved.ok) return reserved
    return keepOrDrop(dropUploads, accountId, reserved.value, () => fetchInto(accountId, reserved.value, url))
  }
}
