import type { Profile, ProfileKnowledge } from '#domain/contact/contact.ts'
import type { AccountId, ContactId, ContactInboxId, ExternalId, InboxId } from '#domain/shared/ids.ts'
import type { Instant } from '#domain/shared/instant.ts'

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

export interface Contacts {
  /**
   * The contact inboxes for `wanted` (distinct by inbox and source id), made where missing, each with a contact of its own.
   * All are locked until the transaction ends, in the order of their ids.
   */
  ensure(wanted: readonly WantedContact[]): Promise<readonly ContactInbox[]>
  contactInbox(accountId: AccountId, id: ContactInboxId): Promise<ContactInbox | undefined>
  /** Moves `last_activity_at` forward, never back. */
  noteActivity(latest: ReadonlyMap<ContactId, Instant>): Promise<void>
  /** What a look at the provider's profile found; `profile` is absent where it was withheld. */
  saveProfile(
    contactInbox: ContactInbox,
    found: { readonly knowledge: ProfileKnowledge; readonly name: string; readonly profile?: Profile; readonly at: Instant },
  ): Promise<void>
}
