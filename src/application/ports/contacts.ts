import type { ContactView } from '#application/ports/queries.ts'
import type { Profile, ProfileKnowledge } from '#domain/contact/contact.ts'
import type { AccountId, ContactId, ContactInboxId, ExternalId, InboxId } from '#domain/shared/ids.ts'
import type { Instant } from '#domain/shared/instant.ts'
import type { Result } from '#domain/shared/result.ts'

/** Someone, as one inbox knows them. */
export interface ContactInbox {
  readonly id: ContactInboxId
  readonly accountId: AccountId
  readonly inboxId: InboxId
  readonly contactId: ContactId
  readonly sourceId: ExternalId
  readonly name: string
  readonly blocked: boolean
  readonly profile: ProfileKnowledge
  readonly profileCheckedAt: Instant | null
}

export interface WantedContact {
  readonly accountId: AccountId
  readonly inboxId: InboxId
  readonly sourceId: ExternalId
  /** The name of a contact that has to be made. */
  readonly name: string
  readonly at: Instant
}

/** Someone whom the account's own software makes known; their e-mail in lower case. */
export interface NewContact extends Omit<ContactView, 'id' | 'avatarId' | 'lastActivityAt' | 'createdAt' | 'contactInboxes'> {
  readonly accountId: AccountId
  readonly at: Instant
}

/** Another contact of the account has it. */
export interface ContactTaken {
  readonly code: 'contact.email_taken' | 'contact.phone_number_taken' | 'contact.identifier_taken'
}

export interface EntryRefused {
  readonly code: 'contact.unknown' | 'contact.source_id_taken'
}

/** `profile` is absent where the provider withheld it. */
export interface FoundProfile {
  readonly someone: Pick<ContactInbox, 'accountId' | 'id' | 'contactId'>
  readonly knowledge: ProfileKnowledge
  readonly name: string
  readonly profile?: Profile | undefined
}

export interface Contacts {
  /**
   * The contact inboxes for `wanted` (distinct by inbox and source id), made where missing, each with a contact of its own.
   * All are locked until the transaction ends, in the order of their ids.
   */
  ensure(wanted: readonly WantedContact[]): Promise<readonly ContactInbox[]>
  insert(contact: NewContact): Promise<Result<ContactId, ContactTaken>>
  /** Makes a contact known in an inbox of the same account as `sourceId`, where they are not yet. */
  enter(entry: {
    readonly accountId: AccountId
    readonly contactId: ContactId
    readonly inboxId: InboxId
    readonly sourceId: ExternalId
    readonly at: Instant
  }): Promise<Result<ContactInbox, EntryRefused>>
  /** The newest of the account's contact inboxes that fits all that is given, locked until the transaction ends. */
  newestInbox(which: {
    readonly accountId: AccountId
    readonly inboxId: InboxId | undefined
    readonly contactId: ContactId | undefined
    readonly sourceId: ExternalId | undefined
  }): Promise<ContactInbox | undefined>
  /**
   * Makes up to `limit` people unknown in an inbox, with their conversations there and all that is in them; who is known in no
   * other inbox goes as well. Answers how many.
   */
  erase(accountId: AccountId, inboxId: InboxId, limit: number): Promise<number>
  contactInbox(accountId: AccountId, id: ContactInboxId): Promise<ContactInbox | undefined>
  /** Those of `refs` that there are, in no order. */
  contactInboxes(refs: readonly Pick<ContactInbox, 'accountId' | 'id'>[]): Promise<readonly ContactInbox[]>
  /** Moves `last_activity_at` forward, never back. */
  noteActivity(latest: ReadonlyMap<ContactId, Instant>): Promise<void>
  /** What looks at the provider's profiles found. */
  saveProfiles(found: readonly FoundProfile[], at: Instant): Promise<void>
}
