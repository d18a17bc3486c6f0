import type { WrittenFile } from '#application/ports/media-store.ts'
import type { JsonObject } from '#application/ports/queries.ts'
import type { MediaProgress, MediaState } from '#domain/media/media.ts'
import type { MediaKind } from '#domain/media/media-key.ts'
import type { AccountId, ContactId, MessageId } from '#domain/shared/ids.ts'
import type { Instant } from '#domain/shared/instant.ts'

/** What can have a file: an attachment of a message, or a picture of a contact. */
export interface MediaRef {
  readonly accountId: AccountId
  readonly kind: MediaKind
  readonly id: number
}

export interface MediaItem extends MediaRef, MediaProgress {
  /** The message or the contact that it belongs to. */
  readonly ownerId: number
  /** Chatwoot's name; `avatar` for a contact's picture. */
  readonly fileType: string
  /** Where the provider has it; null where nowhere, or no longer. */
  readonly externalUrl: string | null
  /** When its message was written, or the picture became known. */
  readonly postedAt: Instant
}

/** What is known of a file that was stored. */
export interface KeptFile extends WrittenFile {
  readonly contentType: string
}

/** Where a picture of someone is to be had. */
export interface WantedAvatar {
  readonly accountId: AccountId
  readonly contactId: ContactId
  readonly url: string
  readonly at: Instant
}

export interface Media {
  /** The attachments of these messages that are to be got or looked at. */
  ofMessages(messageIds: readonly MessageId[]): Promise<readonly MediaItem[]>
  /** Locked until the transaction ends. */
  find(ref: MediaRef): Promise<MediaItem | undefined>
  /** Writes state, tries, time and link; and what is known of the file, where there is one now. */
  save(item: MediaItem, file?: KeptFile): Promise<void>
  /** Those of all accounts, beyond the id `after` and in the order of their ids, that are due by then. Locks nothing. */
  due(kind: MediaKind, by: Instant, after: number, limit: number): Promise<readonly MediaRef[]>
  /** Which of these ids an account has, or has reserved for files that come before their messages. */
  known(accountId: AccountId, kind: MediaKind, ids: readonly number[]): Promise<readonly number[]>
  /**
   * Notes where pictures of contacts are to be had, one for each. Answers those that are to be got now: nothing is to be done where the
   * place is known, but one that ended without the picture is begun again.
   */
  wantAvatars(wanted: readonly WantedAvatar[]): Promise<readonly MediaRef[]>
  /** Forgets the contact's other pictures that became known before this one; answers them. */
  dropOlderAvatars(avatar: MediaItem): Promise<readonly MediaRef[]>
}

/** What whoever opens a file has to know. */
export interface MediaFileView {
  readonly state: MediaState
  readonly fileType: string
  readonly externalUrl: string | null
  readonly contentType: string | null
  readonly size: number | null
  readonly digest: string | null
}

export interface AttachmentView {
  readonly id: number
  readonly messageId: MessageId
  readonly accountId: AccountId
  readonly fileType: string
  readonly externalUrl: string | null
  readonly title: string | null
  readonly mediaState: MediaState
  /** What our copy is, and how many bytes it has. */
  readonly contentType: string | null
  readonly size: number | null
  readonly meta: JsonObject
}

export interface MediaQueries {
  /** A file of ours, be it in a message or uploaded for one, or where the provider has it. */
  mediaFile(ref: MediaRef): Promise<MediaFileView | undefined>
}
