import { inBatches } from '#application/in-batches.ts'
import { inOne } from '#application/in-one.ts'
import { keyOf } from '#application/media/media-job.ts'
import type { MediaRef } from '#application/ports/media.ts'
import type { MediaStore } from '#application/ports/media-store.ts'
import type { Tx, UnitOfWork } from '#application/ports/unit-of-work.ts'

/** Messages, and people, of one transaction. */
const messages = 500
const people = 100

/**
 * Deletes what belongs to no account any more. Files go before their rows and once more after them, for one that was stored in
 * between: whoever stores one later finds no row and removes it.
 */
export const eraseDisowned = async (unitOfWork: UnitOfWork, mediaStore: MediaStore): Promise<void> => {
  const erase = async (files: readonly MediaRef[], deleteRows: (tx: Tx) => Promise<void>): Promise<void> => {
    await mediaStore.remove(files.map(keyOf))
    await inOne(unitOfWork, deleteRows)
    await mediaStore.remove(files.map(keyOf))
  }
  for (;;) {
    const found = await inOne(unitOfWork, (tx) => tx.erasures.disownedMessages(messages))
    if (found.length === 0) break
    const ids = found.map(({ id }) => id)
    await erase(
      found.flatMap(({ files }) => files),
      (tx) => tx.erasures.deleteMessages(ids),
    )
  }
  for (;;) {
    const pictures = await inOne(unitOfWork, (tx) => tx.erasures.disownedPictures(people))
    if (pictures.length === 0) break
    const ids = pictures.map(({ id }) => id)
    await erase(pictures, (tx) => tx.erasures.deletePictures(ids))
  }
  await inBatches(unitOfWork, (tx) => tx.erasures.deleteDisowned(people))
}
