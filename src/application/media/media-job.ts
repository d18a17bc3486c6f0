import type { Job } from '#application/jobs.ts'
import type { MediaRef } from '#application/ports/media.ts'
import type { Tx } from '#application/ports/unit-of-work.ts'
import { type MediaKey, mediaKey } from '#domain/media/media-key.ts'
import type { Instant } from '#domain/shared/instant.ts'

export const keyOf = ({ accountId, kind, id }: MediaRef): MediaKey => mediaKey(accountId, kind, id)

/** The job that gets a file, or looks at a story, at once or at a time. */
export const mediaJob = ({ accountId, kind, id }: MediaRef, at?: Instant): Job => ({
  name: 'fetch-media',
  key: `${kind} ${id}`,
  payload: { accountId, kind, id },
  ...(at === undefined ? {} : { at }),
})

/** Has files removed of which no row knows any longer. */
export const removeFiles = async (tx: Tx, refs: readonly MediaRef[]): Promise<void> => {
  const [first] = refs
  if (first) await tx.jobs.enqueue([{ name: 'remove-media', key: `${first.kind} ${first.id}`, payload: { keys: refs.map(keyOf) } }])
}
