import { inOne } from '#application/in-one.ts'
import { keyOf } from '#application/media/media-job.ts'
import type { MediaStore } from '#application/ports/media-store.ts'
import type { UnitOfWork } from '#application/ports/unit-of-work.ts'
import type { AccountId } from '#domain/shared/ids.ts'
import type { Result } from '#domain/shared/result.ts'

/** Forgets files that were taken in and that no message got. */
export type DropUploads = (accountId: AccountId, ids: readonly number[]) => Promise<void>

interface Dependencies {
  readonly unitOfWork: UnitOfWork
  readonly mediaStore: MediaStore
}

export const createDropUploads =
  ({ unitOfWork, mediaStore }: Dependencies): DropUploads =>
  async (accountId, ids) => {
    // One that is reserved no longer belongs to a message, whatever its writer heard of that.
    const dropped = await inOne(unitOfWork, (tx) => tx.uploads.release(accountId, ids))
    await mediaStore.remove(dropped.map(({ id }) => keyOf({ accountId, kind: 'attachments', id })))
  }

/** Forgets a reserved id with what lies under it, unless the work answers ok. */
export const keepOrDrop = async <T, E>(
  dropUploads: DropUploads,
  accountId: AccountId,
  id: number,
  work: () => Promise<Result<T, E>>,
): Promise<Result<T, E>> => {
  let isKept = false
  try {
    const done = await work()
    isKept = done.ok
    return done
  } finally {
    if (!isKept) await dropUploads(accountId, [id])
  }
}
