import { inOne } from '#application/in-one.ts'
import { keepFile } from '#application/media/keep-file.ts'
import { keyOf } from '#application/media/media-job.ts'
import { upTo } from '#application/media/up-to.ts'
import { claimedType } from '#application/media/upload-file.ts'
import type { Clock } from '#application/ports/clock.ts'
import type { Md5 } from '#application/ports/md5.ts'
import type { KeptFile } from '#application/ports/media.ts'
import type { MediaStore } from '#application/ports/media-store.ts'
import type { UnitOfWork } from '#application/ports/unit-of-work.ts'
import type { UploadIds, UploadRef } from '#application/ports/upload-ids.ts'
import type { AwaitedFile } from '#application/ports/uploads.ts'
import { hours } from '#domain/shared/instant.ts'
import { err, ok, type Result } from '#domain/shared/result.ts'

export interface TakeInUploadCommand extends UploadRef {
  /** That of the address. */
  readonly signature: string
  readonly content: AsyncIterable<Uint8Array>
}

/** Something else came than was announced, or nothing is awaited here (any longer). */
export type TakeInUploadError = { readonly code: 'upload.unknown' | 'upload.size_differs' | 'upload.checksum_differs' }

/** Takes in a file that was announced. Once it is there it stays as it is: who brings it again hears that all is well. */
export type TakeInUpload = (command: TakeInUploadCommand) => Promise<Result<null, TakeInUploadError>>

interface Dependencies {
  readonly unitOfWork: UnitOfWork
  readonly mediaStore: MediaStore
  readonly uploadIds: UploadIds
  readonly md5: Md5
  readonly clock: Clock
}

/** How long an address stands. */
const lifetime = hours(1)

class Differs extends Error {
  readonly code: 'upload.size_differs' | 'upload.checksum_differs'
  constructor(code: Differs['code']) {
    super(code)
    this.code = code
  }
}

/** What comes, as long as it is what was announced. */
async function* asAnnounced(content: AsyncIterable<Uint8Array>, { size, md5 }: AwaitedFile, createMd5: Md5): AsyncGenerator<Uint8Array> {
  const hash = createMd5()
  let read = 0
  for await (const chunk of upTo(size, content, () => new Differs('upload.size_differs'))) {
    read += chunk.byteLength
    hash.update(chunk)
    yield chunk
  }
  if (read < size) throw new Differs('upload.size_differs')
  if (hash.digest() !== md5) throw new Differs('upload.checksum_differs')
}

export const createTakeInUpload = ({ unitOfWork, mediaStore, uploadIds, md5, clock }: Dependencies): TakeInUpload => {
  const find = ({ accountId, id }: UploadRef) => inOne(unitOfWork, (tx) => tx.uploads.awaited(accountId, id))

  const store = async (
    { accountId, id, content }: TakeInUploadCommand,
    file: AwaitedFile,
  ): Promise<Result<KeptFile, TakeInUploadError>> => {
    const place = { key: keyOf({ accountId, kind: 'attachments', id }), fileType: claimedType(file.contentType) }
    try {
      const kept = await keepFile(mediaStore, place, asAnnounced(content, file, md5))
      return kept.is === 'kept' ? ok(kept.file) : err({ code: 'upload.size_differs' })
    } catch (cause) {
      if (cause instanceof Differs) return err({ code: cause.code })
      throw cause
    }
  }

  return async (command) => {
    const { accountId, id, signature } = command
    const file = (await uploadIds.verify(command, signature)) ? await find(command) : undefined
    if (!file || file.announcedAt + lifetime < clock.now()) return err({ code: 'upload.unknown' })
    if (file.isKept) return ok(null)
    const stored = await store(command, file)
    if (!stored.ok) return stored
    const isKept = await inOne(unitOfWork, (tx) => tx.uploads.keep(accountId, { id, name: file.name, ...stored.value }))
    // Where it is not, somebody brought it at the same time, or what lies there now is swept.
    return isKept || (await find(command))?.isKept ? ok(null) : err({ code: 'upload.unknown' })
  }
}
