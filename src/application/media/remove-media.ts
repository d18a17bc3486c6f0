import { type JobOutcome, jobDone } from '#application/job-outcome.ts'
import type { JobPayloads } from '#application/jobs.ts'
import type { MediaStore } from '#application/ports/media-store.ts'

/** Removes files whose rows are gone. */
export type RemoveMedia = (payload: JobPayloads['remove-media']) => Promise<JobOutcome>

export const createRemoveMedia =
  ({ mediaStore }: { readonly mediaStore: MediaStore }): RemoveMedia =>
  async ({ keys }) => {
    await mediaStore.remove(keys)
    return jobDone
  }
