import { inOne } from '#application/in-one.ts'
import { type JobOutcome, jobDone } from '#application/job-outcome.ts'
import { keyOf } from '#application/media/media-job.ts'
import type { Clock } from '#application/ports/clock.ts'
import type { MediaRef } from '#application/ports/media.ts'
import type { MediaStore } from '#application/ports/media-store.ts'
import type { Tx, UnitOfWork } from '#application/ports/unit-of-work.ts'
import { parseMediaKey } from '#domain/media/media-key.ts'
import { hours } from '#domain/shared/instant.ts'

/**
 * Removes every file of which no row knows: of accounts, contacts and messages that were deleted, and of a download that outlived them.
 * A row is there before its file, so one that is just being written is in no danger. What was uploaded for a message that never came is
 * kept for a day.
 */
export type SweepMedia = () => Promise<JobOutcome>

interface Dependencies {
  readonly unitOfWork: UnitOfWork
  readonly mediaStore: MediaStore
  readonly clock: Clock
}

/** Files that are compared with the rows in one go. */
const batch = 500

/** Those of one account and kind that have no row. */
const straysOf = async (tx: Tx, refs: readonly MediaRef[]): Promise<readonly MediaRef[]> => {
  const [first] = refs
  if (!first) return []
  const ids = refs.map(({ id }) => id)
  const known = new Set(await tx.media.known(first.accountId, first.kind, ids))
  return refs.filter(({ id }) => !known.has(id))
}

export const createSweepMedia = ({ unitOfWork, mediaStore, clock }: Dependencies): SweepMedia => {
  const sweep = async (refs: readonly MediaRef[]): Promise<void> => {
    const groups = Map.groupBy(refs, ({ accountId, kind }) => `${accountId} ${kind}`)
    const strays = await inOne(unitOfWork, async (tx) => {
      const found: MediaRef[] = []
      for (const group of groups.values()) {
        found.push(...(await straysOf(tx, group)))
      }
      return found
    })
    await mediaStore.remove(strays.map(keyOf))
  }

  return async () => {
    await inOne(unitOfWork, (tx) => tx.uploads.releaseOlder(clock.now() - hours(24)))
    let refs: MediaRef[] = []
    for await (const { key } of mediaStore.list('')) {
      const ref = parseMediaKey(key)
      if (ref) refs.push(ref)
      if (refs.length < batch) continue
      await sweep(refs)
      refs = []
    }
    await sweep(refs)
    return jobDone
  }
}
