import type { MediaRef } from '#application/ports/media.ts'
import type { ContactView } from '#application/ports/queries.ts'
import type { Profile, ProfileKnowledge } from '#domain/contact/contact.ts'
import type { Attributes, MergeableContact } from '#domain/contact/merged-contact.ts'
import type { ClientAccess } from '#domain/contact/visitor.ts'
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
  /** What the source id opens to whoever has it; null: nothing. */
  readonly clientAccess: ClientAccess | null
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
export interface NewContact extends Pick<ContactView, 'name' | 'email' | 'phoneNumber' | 'identifier' | 'blocked' | 'avatarUrl'> {
  readonly additionalAttributes: Attributes
  readonly customAttributes: Attributes
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

export interface ContactInboxRef {
  readonly accountId: AccountId
  readonly inboxId: InboxId
  readonly contactInboxId: ContactInboxId
}

/** Whom a provider can be asked about. */
export interface ProfileOwner extends Pick<ContactInbox, 'accountId' | 'id' | 'sourceId'> {
  /** Did they ever write, as far as we know? */
  readonly hasWritten: boolean
}

/** `profile` and `names` are absent where the provider withheld them. */
export interface FoundProfile {
  readonly someone: Pick<ContactInbox, 'accountId' | 'id'>
  readonly knowledge: ProfileKnowledge
  readonly profile?: Profile | undefined
  /** The name for the contact, and the one that stood for it as long as nothing was known. */
  readonly names?: { readonly told: string; readonly placeholder: string } | undefined
  /** When to look again by itself; null: not before they write. */
  readonly dueAt: Instant | null
}

export interface StaleProfiles {
  readonly now: Instant
  readonly again: Instant
  readonly activeSince: Instant
  readonly limit: number
}

export interface Contacts {
  /**
   * The contact inboxes for `wanted` (distinct by inbox and source id), made where missing, each with a contact of its own.
   * All are locked until the transaction ends, in the order of their ids.
   */
  ensure(wanted: readonly WantedContact[]): Promise<readonly ContactInbox[]>
  insert(contact: NewContact): Promise<Result<ContactId, ContactTaken>>
  /** Makes a contact known in an inbox of the same account as `sourceId`; where they are it already, what that opens stays as it is. */
  enter(entry: {
    readonly accountId: AccountId
    readonly contactId: ContactId
    readonly inboxId: InboxId
    readonly sourceId: ExternalId
    readonly clientAccess: ClientAccess | null
    readonly at: Instant
  }): Promise<Result<ContactInbox, EntryRefused>>
  /** The newest of the account's contact inboxes that fits all that is given, locked until the transaction ends. */
  newestInbox(which: {
    readonly accountId: AccountId
    readonly inboxId: InboxId | undefined
    readonly contactId: ContactId | undefined
    readonly sourceId: ExternalId | undefined
    readonly clientAccess?: ClientAccess
  }): Promise<ContactInbox | undefined>
  /** Whom the account's own software calls so. Locks nothing. */
  byIdentifier(accountId: AccountId, identifier: string): Promise<ContactId | undefined>
  /** What is known of a contact; locked until the transaction ends. */
  details(accountId: AccountId, id: ContactId): Promise<MergeableContact | undefined>
  saveDetails(accountId: AccountId, id: ContactId, contact: MergeableContact): Promise<Result<null, ContactTaken>>
  /**
   * Contacts of the account, in the order of their ids, locked with all that hangs on them until the transaction ends: nobody takes
   * in or sends anything of theirs meanwhile.
   */
  lockWhole(accountId: AccountId, ids: readonly ContactId[]): Promise<readonly (MergeableContact & { readonly id: ContactId })[]>
  /**
   * Gives all that the mergee has to the base, makes the base `contact`, and forgets the mergee. Both are locked by `lockWhole`. The
   * mergee's pictures are the base's where it has none; answers those that are nobody's. Guests of either are set apart.
   */
  absorb(merge: {
    readonly accountId: AccountId
    readonly baseId: ContactId
    readonly mergeeId: ContactId
    readonly contact: MergeableContact
  }): Promise<readonly MediaRef[]>
  contactInbox(accountId: AccountId, id: ContactInboxId): Promise<ContactInbox | undefined>
  /** Those of `refs` that there are, in no order. */
  profileOwners(refs: readonly Pick<ContactInbox, 'accountId' | 'id'>[]): Promise<readonly ProfileOwner[]>
  /** Moves `last_activity_at` forward, never back. */
  noteActivity(latest: ReadonlyMap<ContactId, Instant>): Promise<void>
  /**
   * What looks at the provider's profiles found. A contact takes the name from there, unless a person gave it another one than it had
   * from there; attributes are added to what is known. Answers whose profiles were saved.
   */
  saveProfiles(found: readonly FoundProfile[], at: Instant): Promise<readonly Pick<ContactInbox, 'accountId' | 'id' | 'contactId'>[]>
  /**
   * Takes up to `limit` profiles that were due for another look at `now`, longest due first, off the list until `again`: those whose
   * people wrote since `activeSince` in a connected inbox. The others leave it until they write. Two who ask at once get different ones.
   */
  takeStaleProfiles(which: StaleProfiles): Promise<{ readonly taken: number; readonly active: readonly ContactInboxRef[] }>
}
