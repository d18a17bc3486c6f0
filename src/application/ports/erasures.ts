import type { MediaRef } from '#application/ports/media.ts'
import type { AccountId, ContactId, ExternalId, InboxId, IntakeEventId, MessageId } from '#domain/shared/ids.ts'
import type { Instant } from '#domain/shared/instant.ts'

/** Who someone is to a provider: the person, and the business's account under any of its keys. */
export interface KnownAs {
  readonly channel: string
  readonly accountKeys: readonly string[]
  readonly contactKey: ExternalId
}

/** A contact of whom everything is to be deleted. */
export interface Erasure {
  readonly id: number
  readonly accountId: AccountId
  readonly contactId: ContactId
  readonly knownAs: readonly KnownAs[]
  /** The last event of the intake log that can be theirs; what comes later is somebody new. */
  readonly logUntil: IntakeEventId
  /** The last event that was looked at. */
  readonly logRead: IntakeEventId
}

/** A message that belongs to nobody any more, with the files that it may have. */
export interface DisownedMessage {
  readonly id: MessageId
  readonly files: readonly MediaRef[]
}

/** An erasure that has begun. */
export interface BegunErasure {
  readonly id: number
  /** Who the contact was in which inboxes. */
  readonly people: readonly { readonly inboxId: InboxId; readonly sourceId: ExternalId }[]
}

/** Someone of whom nothing is known but that they were erased from an inbox. */
export interface ErasedPerson {
  readonly accountId: AccountId
  readonly inboxId: InboxId
  readonly mark: string
  readonly at: Instant
}

/**
 * Deletion in two steps. First people are disowned: they, what inboxes know of them and their conversations belong to no account from
 * then on, so nobody finds them, and who writes next is somebody new. What is disowned is then deleted bit by bit.
 */
export interface Erasures {
  /**
   * Disowns a contact, and takes what waits of them in the intake log as applied; waits for those who apply it, or write down what was
   * found at the provider, at the moment. Undefined where the account has no such contact.
   */
  begin(accountId: AccountId, contactId: ContactId, at: Instant): Promise<BegunErasure | undefined>
  /** Keeps the marks of people who are erased. */
  mark(people: readonly ErasedPerson[]): Promise<void>
  /** Those of these inboxes from which somebody was erased. */
  inboxesWithErased(inboxIds: readonly InboxId[]): Promise<readonly InboxId[]>
  /** Those of these marks that were kept, with when that was. */
  erasedAt(inboxIds: readonly InboxId[], marks: readonly string[]): Promise<ReadonlyMap<string, Instant>>
  /** Disowns up to `limit` people as far as an inbox knows them; who is known in no other inbox wholly. Answers how many. */
  disownPeople(accountId: AccountId, inboxId: InboxId, limit: number): Promise<number>
  /** The erasure, where it is still to be carried out. */
  waiting(id: number): Promise<Erasure | undefined>
  /** Notes how far the intake log has been looked at. */
  noteRead(id: number, logRead: IntakeEventId): Promise<void>
  /** Forgets who the contact was to providers. */
  forgetWho(id: number): Promise<void>
  /** Only of one that is forgotten. */
  complete(id: number, at: Instant): Promise<void>
  /** Up to `limit` messages of disowned conversations. */
  disownedMessages(limit: number): Promise<readonly DisownedMessage[]>
  /** Deletes messages with all that hangs on them, and the answers kept of the requests that made them. */
  deleteMessages(ids: readonly MessageId[]): Promise<void>
  /** Up to `limit` pictures of disowned contacts. */
  disownedPictures(limit: number): Promise<readonly MediaRef[]>
  deletePictures(ids: readonly number[]): Promise<void>
  /** Deletes up to `limit` each of disowned conversations, entries of inboxes and contacts; answers how many. */
  deleteDisowned(limit: number): Promise<number>
}
