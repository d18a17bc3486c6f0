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
  const erase = async <Row extends { readonly id: number }>(
    find: (tx: Tx) => Promise<readonly Row[]>,
    filesOf: (row: Row) => readonly MediaRef[],
    deleteRows: (tx: Tx, ids: readonly Row['id'][]) => Promise<void>,
  ): Promise<void> => {
    for (;;) {
      const rows = await inOne(unitOfWork, find)
      if (rows.length === 0) return
      const keys = rows.flatMap(filesOf).map(keyOf)
      const ids = rows.map(({ id }) => id)
      await mediaStore.remove(keys)
      await inOne(unitOfWork, (tx) => deleteRows(tx, ids))
      await mediaStore.remove(keys)
    }
  }
  await erase(
    (tx) => tx.erasures.disownedMessages(messages),
    ({ files }) => files,
    (tx, ids) => tx.erasures.deleteMessages(ids),
  )
  await erase(
    (tx) => tx.erasures.disownedPictures(people),
    (picture) => [picture],
    (tx, ids) => tx.erasures.deletePictures(ids),
  )
  await inBatches(unitOfWork, (tx) => tx.erasures.deleteDisowned(people))
}
