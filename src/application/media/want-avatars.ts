import { mediaJob } from '#application/media/media-job.ts'
import type { WantedAvatar } from '#application/ports/media.ts'
import type { Tx } from '#application/ports/unit-of-work.ts'

/** Asks for pictures that we do not have yet. The one that we have is shown until the new one is here. */
export const wantAvatars = async (tx: Tx, wanted: readonly WantedAvatar[]): Promise<void> => {
  if (wanted.length === 0) return
  const refs = await tx.media.wantAvatars(wanted)
  await tx.jobs.enqueue(refs.map((ref) => mediaJob(ref)))
}
