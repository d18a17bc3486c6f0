import type { ExternalId } from '#domain/shared/ids.ts'
import type { Instant } from '#domain/shared/instant.ts'

/** A provider account whose owner asked for the deletion of what is kept about it. */
export interface DataDeletion {
  /** What the owner asks after it with. */
  readonly code: string
  readonly channel: string
  /** Either of the provider's ids of the account. */
  readonly accountKey: ExternalId
}

export interface NewDataDeletion extends DataDeletion {
  /** When the provider made the request; one that is repeated says the same. */
  readonly issuedAt: Instant
  readonly requestedAt: Instant
}

export interface DataDeletions {
  /** Answers the code that stands: that of an earlier request where this one repeats it, or where one is still at work. */
  request(deletion: NewDataDeletion): Promise<{ readonly code: string; readonly isNew: boolean }>
  /** The request of this code, where it is still to be carried out. */
  waiting(code: string): Promise<DataDeletion | undefined>
  complete(code: string, at: Instant): Promise<void>
}

/** What people are told of a deletion. */
export interface DeletionView {
  readonly requestedAt: Instant
  /** Null while it is being carried out. */
  readonly completedAt: Instant | null
}
