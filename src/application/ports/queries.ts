import type { Json } from '#application/intake/channel-event.ts'
import type { Actor, Role } from '#application/ports/accounts.ts'
import type { CommentQueries } from '#application/ports/comments.ts'
import type { ContactRecords } from '#application/ports/contact-records.ts'
import type { DeletionView } from '#application/ports/data-deletions.ts'
import type { GapFillView } from '#application/ports/gap-fills.ts'
import type { IntakeRecords } from '#application/ports/intake-records.ts'
import type { AttachmentView, MediaQueries } from '#application/ports/media.ts'
import type { Author, ContentAttributes, DeliveryError, MessageType } from '#application/ports/messages.ts'
import type { VisitorQueries } from '#application/ports/visitors.ts'
import type { ListenerView, WebhookRecords } from '#application/ports/webhook-records.ts'
import type { ConversationStatus } from '#domain/conversation/conversation.ts'
import type { InboxTemplates } from '#domain/conversation/templates.ts'
import type { ConnectionState } from '#domain/inbox/connection.ts'
import type { Rhythm } from '#domain/inbox/silence.ts'
import type { PartState } from '#domain/message/delivery.ts'
import type { MessageStatus } from '#domain/message/status.ts'
import type { AccountId, ContactId, ContactInboxId, ConversationId, InboxId, IntakeEventId, MessageId, UserId } from '#domain/shared/ids.ts'
import type { Instant } from '#domain/shared/instant.ts'

export type JsonObject = { readonly [key: string]: Json }

export interface AccountView {
  readonly id: AccountId
  readonly name: string
  readonly locale: string
  readonly status: 'active' | 'suspended'
  readonly customAttributes: JsonObject
}

export interface UserView {
  readonly id: UserId
  readonly name: string
  readonly email: string
  readonly customAttributes: JsonObject
}

export interface InboxView extends ListenerView {
  readonly id: InboxId
  readonly accountId: AccountId
  readonly channel: string
  readonly name: string
  readonly lockToSingleConversation: boolean
  /** How many hours after a customer wrote people may answer in it; null: as in its channel. */
  readonly replyHours: number | null
  /** As in `InboxSettings`. */
  readonly hmacMandatory: boolean
  /** What it answers by itself; null where nobody ever set that. */
  readonly templates: InboxTemplates | null
  readonly connection: {
    readonly channelKey: string
    readonly providerName: string
    readonly state: ConnectionState
    readonly webhooksSubscribed: boolean
    readonly lastEventAt: Instant | null
    readonly lastError: string | null
    /** When somebody last connected it. */
    readonly connectedAt: Instant
    /** Since when an inbox that is in use is known to hear nothing. */
    readonly quietSince: Instant | null
    readonly tokenExpiresAt: Instant | null
    readonly lastRefreshedAt: Instant | null
    readonly accountType: string | null
    /** Null where the provider did not say what was granted. */
    readonly permissions: readonly string[] | null
    /** What is known of messages that the provider has and did not push. */
    readonly gapFill: GapFillView
  } | null
}

export interface ContactView {
  readonly id: ContactId
  readonly name: string
  readonly email: string | null
  readonly phoneNumber: string | null
  readonly identifier: string | null
  readonly blocked: boolean
  /** Where the provider, or the account's own software, has a picture of them. */
  readonly avatarUrl: string | null
  /** The picture of them that we keep. */
  readonly avatarId: number | null
  readonly additionalAttributes: JsonObject
  readonly customAttributes: JsonObject
  readonly lastActivityAt: Instant | null
  readonly createdAt: Instant
  readonly contactInboxes: readonly {
    readonly id: ContactInboxId
    readonly sourceId: string
    readonly inboxId: InboxId
    readonly inboxName: string
    readonly channel: string
  }[]
}

export interface PartView {
  readonly position: number
  readonly kind: 'text' | 'attachment' | 'other'
  readonly externalId: string | null
  readonly state: PartState
}

export interface MessageView {
  readonly id: MessageId
  readonly accountId: AccountId
  readonly inboxId: InboxId
  readonly conversationDisplayId: number
  readonly type: MessageType
  readonly contentType: string
  readonly content: string | null
  readonly private: boolean
  readonly status: MessageStatus
  readonly author: Author
  /** The user or the contact who wrote it. */
  readonly sender: {
    readonly kind: 'user' | 'contact'
    readonly id: number
    readonly name: string
    readonly email: string | null
    readonly avatarId: number | null
  } | null
  readonly contentAttributes: ContentAttributes
  /** The message of the same conversation that it answers. */
  readonly inReplyTo: MessageId | null
  readonly error: DeliveryError | null
  readonly createdAt: Instant
  readonly parts: readonly PartView[]
  readonly attachments: readonly AttachmentView[]
}

export interface ConversationView {
  readonly id: ConversationId
  readonly displayId: number
  readonly uuid: string
  readonly accountId: AccountId
  readonly inboxId: InboxId
  readonly channel: string
  /** As in `Conversation`. */
  readonly replyHours: number | null
  readonly status: ConversationStatus
  readonly priority: 'low' | 'medium' | 'high' | 'urgent' | null
  readonly assignee: { readonly id: UserId; readonly name: string; readonly email: string } | null
  readonly contact: Omit<ContactView, 'contactInboxes'>
  readonly contactInbox: { readonly id: ContactInboxId; readonly sourceId: string; readonly isProven: boolean }
  readonly lastIncomingAt: Instant | null
  readonly lastActivityAt: Instant
  readonly waitingSince: Instant | null
  readonly firstReplyAt: Instant | null
  readonly snoozedUntil: Instant | null
  readonly agentLastSeenAt: Instant | null
  readonly assigneeLastSeenAt: Instant | null
  readonly contactLastSeenAt: Instant | null
  readonly additionalAttributes: JsonObject
  readonly customAttributes: JsonObject
  readonly createdAt: Instant
  /** Incoming messages after `agentLastSeenAt`; counted up to 10. */
  readonly unreadCount: number
  readonly lastMessage: MessageView | null
}

export interface ConversationFilter {
  readonly status: ConversationStatus | 'all'
  readonly inboxId?: InboxId
  readonly assignee?: { readonly type: 'me'; readonly userId: UserId } | { readonly type: 'unassigned' | 'assigned' | 'all' }
  readonly sourceId?: string
  /** From 1. */
  readonly page: number
}

export interface ConversationCounts {
  readonly mine: number
  readonly assigned: number
  readonly unassigned: number
  readonly all: number
}

/** `messages` in ascending order of (created_at, id). */
export interface ThreadView {
  readonly conversation: Omit<ConversationView, 'lastMessage'>
  readonly messages: readonly MessageView[]
}

/** None: the newest 20. `before`: 20 older than that message's position. `after`: up to 100 inserted later. Both: up to 1000 between. */
export interface MessageRange {
  readonly before?: MessageId
  readonly after?: MessageId
}

export type IntakeState = 'pending' | 'done' | 'parked' | 'unknown'

export interface IntakeEventView {
  readonly id: IntakeEventId
  readonly channel: string
  readonly accountKey: string
  readonly kind: string
  readonly state: IntakeState
  readonly reason: string | null
  readonly attempts: number
  readonly occurredAt: Instant
  readonly receivedAt: Instant
}

/** Reads for screens: never locked, never part of a decision. Everything under an account takes that account's id. */
export interface Queries extends ContactRecords, CommentQueries, IntakeRecords, MediaQueries, VisitorQueries, WebhookRecords {
  actorByToken(digest: Uint8Array): Promise<Actor | undefined>
  accounts(page: number): Promise<readonly AccountView[]>
  account(id: AccountId): Promise<AccountView | undefined>
  user(id: UserId): Promise<UserView | undefined>
  accountUsers(id: AccountId): Promise<readonly (UserView & { readonly role: Role })[]>

  inboxes(accountId: AccountId): Promise<readonly InboxView[]>
  inbox(accountId: AccountId, id: InboxId): Promise<InboxView | undefined>

  /** The inboxes of all accounts that have a provider's account behind them, 25 a page. */
  connections(page: number): Promise<readonly { readonly accountId: AccountId; readonly inboxId: InboxId; readonly name: string }[]>
  /**
   * How an inbox was used around its last event: conversations in which a customer wrote during `rhythmSpan` before it, and when the
   * provider last took an answer that was written after it.
   */
  inboxRhythm(accountId: AccountId, id: InboxId, lastEventAt: Instant | null): Promise<Omit<Rhythm, 'lastEventAt'>>

  /** Newest activity first, 25 a page. `counts` look at the same filter without its assignee. */
  conversations(
    accountId: AccountId,
    filter: ConversationFilter,
    me: UserId | null,
  ): Promise<{ readonly counts: ConversationCounts; readonly page: readonly ConversationView[] }>
  conversation(accountId: AccountId, displayId: number): Promise<ConversationView | undefined>
  contactConversations(accountId: AccountId, contactId: ContactId): Promise<readonly ConversationView[]>

  /** A conversation and some of its messages. */
  thread(accountId: AccountId, displayId: number, range: MessageRange): Promise<ThreadView | undefined>
  message(accountId: AccountId, id: MessageId): Promise<MessageView | undefined>

  /** By name, 15 a page. `search` looks in name, e-mail, phone number and identifier. */
  contacts(accountId: AccountId, page: number, search?: string): Promise<{ readonly count: number; readonly page: readonly ContactView[] }>
  contact(accountId: AccountId, id: ContactId): Promise<ContactView | undefined>

  /** What became of the request to delete an account's data that has this code. */
  dataDeletion(channel: string, code: string): Promise<DeletionView | undefined>
}
