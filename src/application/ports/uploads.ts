import type { SentFile } from '#application/ports/messages.ts'
import type { AccountId } from '#domain/shared/ids.ts'
import type { Instant } from '#domain/shared/instant.ts'

/** A file that is stored under the id of an attachment to be. */
export interface UploadedFile extends SentFile {
  /** What its sender calls it. */
  readonly name: string
  readonly digest: string
}

/** A file for a message that names it later. */
export interface NamedFile {
  readonly name: string
}

/** A file that is to come, as its sender describes it. */
export interface AnnouncedFile extends NamedFile {
  readonly contentType: string
  /** Bytes. */
  readonly size: number
  /** MD5 of all of it, as base64. */
  readonly md5: string
}

export interface AwaitedFile extends AnnouncedFile {
  readonly announcedAt: Instant
  /** It is there. */
  readonly isKept: boolean
}

/** An id that belongs to no message yet; `file` where a file was kept under it. */
export interface ReservedUpload {
  readonly id: number
  readonly file: UploadedFile | null
}

/** Files that come before their messages, each under the id of an attachment to be. */
export interface Uploads {
  /** Draws such an id; with `file` where a message is to name it later, without where the message comes in the same request. */
  reserve(accountId: AccountId, at: Instant, file?: NamedFile | AnnouncedFile): Promise<number>
  /** What was announced under an id that is still reserved. */
  awaited(accountId: AccountId, id: number): Promise<AwaitedFile | undefined>
  /** Writes down what lies under a reserved id now, for whoever names it later. False where the reservation has ended, or has a file. */
  keep(accountId: AccountId, file: UploadedFile): Promise<boolean>
  /**
   * Ends these reservations: their messages have the ids now, or nobody will. Answers those that were there, in the order of their ids;
   * waits for whoever is ending one of them.
   */
  release(accountId: AccountId, ids: readonly number[]): Promise<readonly ReservedUpload[]>
  /** Ends those that were made before, except what somebody is ending. */
  releaseOlder(than: Instant): Promise<void>
  /** How many of an account's there are, made since, that a message is to name later. */
  count(accountId: AccountId, since: Instant): Promise<number>
}
