import type { AccountId, ExternalId, InboxId } from '#domain/shared/ids.ts'
import type { Instant } from '#domain/shared/instant.ts'

/** Something that was written below a post of the business. */
export interface CommentView {
  /** By the provider's id, like what it is about. */
  readonly id: ExternalId
  /** Who wrote it. */
  readonly contactKey: ExternalId
  readonly username: string | null
  readonly text: string | null
  readonly mediaId: ExternalId | null
  /** The comment that it answers. */
  readonly parentId: ExternalId | null
  readonly occurredAt: Instant
  /** Privately, whatever became of that. */
  readonly isAnswered: boolean
}

export interface CommentQueries {
  /** Newest first, up to 25 a page and each once in it, as long as they are in the log. The business's own are left out. */
  comments(accountId: AccountId, inboxId: InboxId, page: number): Promise<readonly CommentView[]>
}
