import { eraseDisowned } from '#application/contacts/erase-disowned.ts'
import { inBatches } from '#application/in-batches.ts'
import { inOne } from '#application/in-one.ts'
import { type JobOutcome, jobDone } from '#application/job-outcome.ts'
import type { JobPayloads } from '#application/jobs.ts'
import type { Clock } from '#application/ports/clock.ts'
import type { MediaStore } from '#application/ports/media-store.ts'
import type { Shredder } from '#application/ports/shredder.ts'
import type { UnitOfWork } from '#application/ports/unit-of-work.ts'

/**
 * Deletes what is kept of a provider account whose owner asked for it: the people who wrote to it with their conversations, the
 * intake log's bodies and events, and what the inbox knows of the account. The inbox itself stays, empty, for its number and name
 * are the administrator's. In small transactions; run again, it goes on where it was.
 */
export type EraseAccount = (payload: JobPayloads['erase-account']) => Promise<JobOutcome>

/** People, and events, of one transaction. */
const people = 100
const events = 1000

interface Dependencies {
  readonly unitOfWork: UnitOfWork
  readonly mediaStore: MediaStore
  readonly shredder: Shredder
  readonly clock: Clock
}

export const createEraseAccount =
  ({ unitOfWork, mediaStore, shredder, clock }: Dependencies): EraseAccount =>
  async ({ code }) => {
    const found = await inOne(unitOfWork, async (tx) => {
      const deletion = await tx.dataDeletions.waiting(code)
      return deletion && { ...deletion, inboxes: await tx.inboxes.ofProviderAccount(deletion.channel, deletion.accountKey) }
    })
    if (!found) return jobDone
    const { channel, accountKey, inboxes } = found
    for (const { accountId, inboxId } of inboxes) {
      await inBatches(unitOfWork, (tx) => tx.erasures.disownPeople(accountId, inboxId, people))
    }
    await eraseDisowned(unitOfWork, mediaStore)
    for (const key of new Set([accountKey, ...inboxes.map(({ channelKey }) => channelKey)])) {
      await inBatches(unitOfWork, (tx) => tx.intake.erase(channel, key, events))
    }
    await inOne(unitOfWork, async (tx) => {
      for (const { inboxId } of inboxes) await tx.inboxes.forgetOwner(inboxId)
    })
    await shredder.shred()
    await inOne(unitOfWork, (tx) => tx.dataDeletions.complete(code, clock.now()))
    return jobDone
  }
