import type { Json } from '#application/intake/channel-event.ts'
import type { SaidSoFar } from '#domain/conversation/templates.ts'
import type { PartState } from '#domain/message/delivery.ts'
import type { Card, Choice } from '#domain/message/items.ts'
import type { SentMediaType } from '#domain/message/limits.ts'
import type { MessageStatus } from '#domain/message/status.ts'
import type { AccountId, ContactInboxId, ConversationId, ExternalId, InboxId, MessageId, PartId } from '#domain/shared/ids.ts'
import type { Instant } from '#domain/shared/instant.ts'

export type MessageType = 'incoming' | 'outgoing' | 'activity' | 'template'

/** Who wrote it. `native_app`: the business, in the provider's own app. */
export type Author = 'contact' | 'user' | 'agent_bot' | 'native_app' | 'system'

export type ContentAttributes = { readonly [key: string]: Json }

/** Why a message or a part did not go out, as `delivery.error` and `external_error` tell it. */
export interface DeliveryError {
  readonly code: string
  readonly class: string
  readonly message: string
  readonly providerCode: string | null
  readonly providerSubcode: string | null
  /** What the provider's support asks for; null where it gave none. */
  readonly providerTraceId: string | null
  readonly retryable: boolean
}

/** A file that goes out: an attachment of the message, stored under its id. */
export interface SentFile {
  readonly id: number
  readonly contentType: string
  /** Bytes. */
  readonly size: number
}

export interface AnsweredComment {
  readonly id: ExternalId
  readonly until: Instant
}

/** What a part says that is not its text. */
export interface PartPayload {
  /** Files of one type that go in one call. */
  readonly media?: { readonly type: SentMediaType; readonly files: readonly SentFile[] }
  readonly choices?: readonly Choice[]
  readonly cards?: readonly Card[]
  /** Its content is a sign that is sent as such. */
  readonly isSticker?: true
  /** The message that it answers, by the provider's id. */
  readonly replyTo?: ExternalId
  /** The comment that it answers privately, and until when that may be. */
  readonly comment?: AnsweredComment
  /** What was attached to the echo that settled it, until the provider's answer confirms that the echo was its own. */
  readonly echoed?: readonly NewAttachment[]
}

export interface NewPart {
  readonly kind: 'text' | 'attachment' | 'other'
  readonly content: string | null
  readonly payload?: PartPayload
  readonly externalId: ExternalId | null
  readonly state: PartState
}

export interface NewAttachment {
  readonly fileType: string
  readonly externalUrl: string | null
  readonly title: string | null
  readonly meta: { readonly [key: string]: Json }
  /** Where its file was stored before it: under an id that was reserved, and that it takes. */
  readonly kept?: SentFile & { readonly digest: string }
}

export interface NewMessage {
  readonly accountId: AccountId
  readonly inboxId: InboxId
  readonly conversationId: ConversationId
  readonly type: MessageType
  readonly contentType: string
  readonly content: string | null
  readonly private: boolean
  readonly status: MessageStatus
  readonly author: Author
  readonly authorId: number | null
  readonly contentAttributes: ContentAttributes
  readonly createdAt: Instant
  readonly parts: readonly NewPart[]
  readonly attachments: readonly NewAttachment[]
}

export interface Message {
  readonly id: MessageId
  readonly accountId: AccountId
  readonly inboxId: InboxId
  readonly conversationId: ConversationId
  readonly type: MessageType
  readonly content: string | null
  readonly private: boolean
  readonly status: MessageStatus
  readonly author: Author
  readonly contentAttributes: ContentAttributes
  readonly error: DeliveryError | null
  readonly createdAt: Instant
}

export interface ExternalRef {
  readonly inboxId: InboxId
  readonly externalId: ExternalId
}

export interface KnownMessage {
  readonly externalId: ExternalId
  readonly contentAttributes: ContentAttributes
  readonly createdAt: Instant
}

/** A part that waits for the provider, or for an answer about it. */
export interface Part {
  readonly id: PartId
  readonly messageId: MessageId
  readonly conversationId: ConversationId
  readonly inboxId: InboxId
  readonly position: number
  readonly kind: 'text' | 'attachment' | 'other'
  readonly content: string | null
  readonly payload: PartPayload | null
  readonly externalId: ExternalId | null
  readonly state: PartState
  readonly attempts: number
  readonly dueAt: Instant | null
  readonly claimedAt: Instant | null
}

export type WholeMessage = Message & { readonly parts: readonly Part[] }

/** Part and why it stands as it does. */
export interface ToldPart {
  readonly part: Part
  readonly error: DeliveryError | null
}

export interface ConversationRef {
  readonly accountId: AccountId
  readonly inboxId: InboxId
  readonly conversationId: ConversationId
}

export interface Messages {
  /** In the order given. The external ids are new: look them up with `byExternalIds` first, under the conversation's lock. */
  insert(messages: readonly NewMessage[]): Promise<readonly MessageId[]>
  /** The messages that own these parts, each with the external id asked for; their conversations are locked first, then they. */
  byExternalIds(refs: readonly ExternalRef[]): Promise<readonly (Message & { readonly externalId: ExternalId })[]>
  /** What is known of the messages that own these parts, by the external id asked for. Locks nothing. */
  known(refs: readonly ExternalRef[]): Promise<readonly KnownMessage[]>
  byId(accountId: AccountId, id: MessageId): Promise<Message | undefined>
  /** Writes content, status, attributes and error. */
  save(messages: readonly Message[]): Promise<void>
  /** Answers the ids of those that were there. */
  removeAttachments(messageId: MessageId): Promise<readonly number[]>
  /** Takes a message out with all that hangs on it. Its external ids are free afterwards. */
  remove(messageId: MessageId): Promise<void>
  /**
   * Lifts the status of outgoing messages at or before `upTo` whose status is one of `from` and whose every part left.
   * Answers which ones changed, in order.
   */
  liftUpTo(
    upTo: { readonly accountId: AccountId; readonly conversationId: ConversationId; readonly createdAt: Instant; readonly id: MessageId },
    from: readonly MessageStatus[],
    to: MessageStatus,
  ): Promise<readonly MessageId[]>
  /** Was a private answer to this comment written, whatever became of it? */
  isCommentAnswered(inboxId: InboxId, commentId: ExternalId): Promise<boolean>
  /** What the business said in each of these conversations. */
  saidIn(conversationIds: readonly ConversationId[]): Promise<ReadonlyMap<ConversationId, SaidSoFar>>
  /** The parts of a message, in order. */
  parts(messageId: MessageId): Promise<readonly Part[]>
  /** The messages of these conversations that have a part which is queued, sending, uncertain or held, and those of `messageIds`. */
  inDelivery(conversationIds: readonly ConversationId[], messageIds: readonly MessageId[]): Promise<readonly WholeMessage[]>
  /** The conversations of these contact inboxes in which a part is queued, sending, uncertain or held. */
  conversationsInDelivery(contactInboxIds: readonly ContactInboxId[]): Promise<readonly ConversationId[]>
  /**
   * Conversations, beyond `after` and in the order of their ids, with a part that may be queued or held no longer, or uncertain no
   * longer unlooked for, than until `dueBy`, or that was claimed by `claimedBy` and is still being sent. Locks nothing.
   */
  conversationsDue(
    by: { readonly dueBy: Instant; readonly claimedBy: Instant },
    after: ConversationId,
    limit: number,
  ): Promise<readonly ConversationRef[]>
  saveParts(parts: readonly ToldPart[]): Promise<void>
  /**
   * Makes due at once what is held or waits for its time, in an inbox or in all of a channel; answers the conversations. Waits
   * for nobody: a part that someone else is changing at this moment is left to them.
   */
  release(of: { readonly inboxId: InboxId } | { readonly channel: string }): Promise<readonly ConversationRef[]>
}
