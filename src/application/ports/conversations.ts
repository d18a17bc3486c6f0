import type { JsonObject } from '#application/ports/queries.ts'
import type { ConversationActivity } from '#domain/conversation/conversation.ts'
import type { AccountId, ContactId, ContactInboxId, ConversationId, ExternalId, InboxId, UserId } from '#domain/shared/ids.ts'
import type { Instant } from '#domain/shared/instant.ts'

export interface Conversation extends ConversationActivity {
  readonly id: ConversationId
  readonly accountId: AccountId
  readonly inboxId: InboxId
  readonly contactId: ContactId
  readonly contactInboxId: ContactInboxId
  /** The number that people see; counts per account. */
  readonly displayId: number
  readonly channel: string
  /** How many hours after the customer wrote people may answer in this inbox; null: as in its channel. */
  readonly replyHours: number | null
  /** Who they are inside the inbox. */
  readonly sourceId: ExternalId
}

export interface NewConversation extends ConversationActivity {
  readonly accountId: AccountId
  readonly inboxId: InboxId
  readonly contactId: ContactId
  readonly contactInboxId: ContactInboxId
  readonly uuid: string
  /** People here have seen what was written until then. */
  readonly seenUntil?: Instant
  readonly additionalAttributes?: JsonObject
  readonly customAttributes?: JsonObject
}

export type DisplayRef = Pick<Conversation, 'accountId' | 'displayId'>

/** Every read here locks what it answers until the transaction ends: messages of one conversation are written one writer at a time. */
export interface Conversations {
  /** Per contact inbox its newest conversation and its newest unresolved one; newest first. */
  candidates(contactInboxIds: readonly ContactInboxId[]): Promise<readonly Conversation[]>
  byId(accountId: AccountId, id: ConversationId): Promise<Conversation | undefined>
  byIds(ids: readonly ConversationId[]): Promise<readonly Conversation[]>
  /** Those of them that nobody else has locked at this moment: waits for nobody. */
  free(ids: readonly ConversationId[]): Promise<readonly Conversation[]>
  byDisplayId(accountId: AccountId, displayId: number): Promise<Conversation | undefined>
  freeByDisplayId(refs: readonly DisplayRef[]): Promise<readonly Conversation[]>
  /** In the order given, with the next display ids of their accounts. */
  insert(conversations: readonly NewConversation[]): Promise<readonly Conversation[]>
  saveActivity(conversations: readonly Conversation[]): Promise<void>
  /** Notes until when somebody of the account has seen it, and whether that was its assignee. It never moves back. */
  noteSeen(accountId: AccountId, id: ConversationId, by: UserId, at: Instant): Promise<void>
  /** When the customer wrote first after `at`, by message; null where they did not. */
  firstIncomingAfter(conversationId: ConversationId, at: Instant): Promise<Instant | null>
}
