import { inOne } from '#application/in-one.ts'
import { type JobOutcome, jobDone } from '#application/job-outcome.ts'
import type { JobPayloads } from '#application/jobs.ts'
import { keyOf, mediaJob, removeFiles } from '#application/media/media-job.ts'
import type { Clock } from '#application/ports/clock.ts'
import type { Copies, Kept } from '#application/ports/copies.ts'
import type { DownloadFailure, DownloadLimits } from '#application/ports/downloads.ts'
import type { KeptFile, MediaItem } from '#application/ports/media.ts'
import type { MediaStore } from '#application/ports/media-store.ts'
import type { Tx, UnitOfWork } from '#application/ports/unit-of-work.ts'
import { afterFailure, afterLook, type MediaFailure, type MediaProgress, mediaRule, storedMedia } from '#domain/media/media.ts'
import { seconds } from '#domain/shared/instant.ts'
import { ok, type Result } from '#domain/shared/result.ts'

/**
 * Gets the file of an attachment or a contact's picture and keeps it, or looks whether a story is still to be seen. Whatever comes of
 * it, the message stays as it is.
 */
export type FetchMedia = (payload: JobPayloads['fetch-media']) => Promise<JobOutcome>

interface Dependencies {
  readonly unitOfWork: UnitOfWork
  readonly copies: Copies
  readonly mediaStore: MediaStore
  readonly clock: Clock
}

const mebibyte = 1024 * 1024
const limits: DownloadLimits = { bytes: 25 * mebibyte, time: seconds(20) }
const pictureLimits: DownloadLimits = { ...limits, bytes: 15 * mebibyte }

/** A shared post may be a page at the provider and no file: the link is all there is, and it stays. */
const pages = ['share', 'ig_post', 'ig_reel']

/** What is known of an item after a try. */
interface Outcome extends MediaProgress {
  readonly externalUrl: string | null
  readonly file?: KeptFile
}

const reasonOf = (failure: DownloadFailure): MediaFailure => {
  if (failure.code === 'download.gone') return { is: 'gone', forever: failure.status === 410 }
  if (failure.code !== 'download.unavailable') return { is: 'final' }
  return failure.retryAfter === undefined ? { is: 'later' } : { is: 'later', retryAfter: failure.retryAfter }
}

const afterCopy = (item: MediaItem, result: Result<Kept, DownloadFailure>, now: number): Outcome => {
  const { externalUrl } = item
  if (!result.ok) return { externalUrl, ...afterFailure(item, reasonOf(result.error), now) }
  if (result.value.is === 'kept') return { externalUrl, file: result.value.file, ...storedMedia(item) }
  if (result.value.is === 'page' && pages.includes(item.fileType)) {
    return { externalUrl, state: 'withheld', attempts: item.attempts, dueAt: null }
  }
  return { externalUrl, ...afterFailure(item, { is: 'final' }, now) }
}

const lookAt = (item: MediaItem, result: Result<unknown, DownloadFailure>, now: number): Outcome => {
  const found = result.ok ? 'there' : result.error.code === 'download.gone' ? 'gone' : 'unclear'
  const progress = afterLook(item, found, now)
  // Of a story that is over nothing may be left.
  return { ...progress, externalUrl: progress.state === 'pending' ? item.externalUrl : null }
}

/** Writes down what came of a try; false where the item is gone or was settled by another meanwhile. */
const record = async (tx: Tx, tried: MediaItem, { file, ...outcome }: Outcome): Promise<boolean> => {
  const item = await tx.media.find(tried)
  if (!item || item.dueAt === null) return item?.state === 'stored'
  const after = { ...item, ...outcome }
  await tx.media.save(after, file)
  if (after.dueAt !== null) await tx.jobs.enqueue([mediaJob(item, after.dueAt)])
  if (item.kind === 'avatars' && after.state === 'stored') await removeFiles(tx, await tx.media.dropOlderAvatars(item))
  return true
}

export const createFetchMedia = ({ unitOfWork, copies, mediaStore, clock }: Dependencies): FetchMedia => {
  const attempt = async (item: MediaItem, url: string): Promise<Outcome> => {
    if (mediaRule(item.fileType) === 'look') {
      // A story that is over need not be asked for.
      const isOver = afterLook(item, 'there', clock.now()).state === 'expired'
      const looked = isOver ? ok(null) : await copies.look(url, limits)
      return lookAt(item, looked, clock.now())
    }
    const within = item.kind === 'avatars' ? pictureLimits : limits
    const copied = await copies.keep(url, within, { key: keyOf(item), fileType: item.fileType })
    return afterCopy(item, copied, clock.now())
  }

  return async (payload) => {
    const item = await inOne(unitOfWork, (tx) => tx.media.find(payload))
    if (!item || item.dueAt === null || item.externalUrl === null) return jobDone
    const outcome = await attempt(item, item.externalUrl)
    const recorded = await inOne(unitOfWork, (tx) => record(tx, item, outcome))
    // Taken back while it came.
    if (outcome.file && !recorded) await mediaStore.remove([keyOf(item)])
    return jobDone
  }
}
