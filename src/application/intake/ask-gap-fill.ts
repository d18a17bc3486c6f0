import type { InboxRef } from '#application/ports/credentials.ts'
import type { Tx } from '#application/ports/unit-of-work.ts'
import type { Instant } from '#domain/shared/instant.ts'

/** Has what was not pushed read as soon as may be: the inbox was connected, or the provider may have stopped to push. */
export const askGapFill = async (tx: Tx, { accountId, inboxId }: InboxRef, at: Instant): Promise<void> => {
  await tx.gapFills.ask({ accountId, inboxId }, at)
  await tx.jobs.enqueue([{ name: 'fill-gaps', key: String(inboxId), payload: { accountId, inboxId } }])
}
