import type { ContactView, MessageRange, MessageView } from '#application/ports/queries.ts'
import type { ClientAccess } from '#domain/contact/visitor.ts'
import type { ConversationStatus } from '#domain/conversation/conversation.ts'
import type { InboxTemplates } from '#domain/conversation/templates.ts'
import type { AccountId, ContactId, ContactInboxId, ConversationId, InboxId } from '#domain/shared/ids.ts'
import type { Instant } from '#domain/shared/instant.ts'

/** An inbox as whoever knows its identifier sees it. */
export interface ClientInboxView {
  readonly accountId: AccountId
  readonly inboxId: InboxId
  readonly identifier: string
  readonly name: string
  readonly templates: InboxTemplates | null
  readonly hmacMandatory: boolean
}

/** Who somebody is in an inbox, and what they may see there. */
export interface Visitor {
  readonly accountId: AccountId
  readonly inboxId: InboxId
  readonly contactId: ContactId
  readonly contactInboxId: ContactInboxId
  readonly access: ClientAccess
}

export interface VisitorView extends Visitor {
  readonly sourceId: string
  readonly contact: Pick<ContactView, 'name' | 'email' | 'phoneNumber' | 'identifier' | 'additionalAttributes' | 'createdAt'>
}

export interface VisitorConversationView {
  readonly id: ConversationId
  readonly displayId: number
  readonly uuid: string
  readonly inboxId: InboxId
  readonly status: ConversationStatus
  readonly contactLastSeenAt: Instant | null
  readonly agentLastSeenAt: Instant | null
  /** The newest 20 that they may see, oldest first. */
  readonly messages: readonly MessageView[]
}

/** Reads for customers' own apps. Whoever is asked about is named by what they hold, never by a row's number. */
export interface VisitorQueries {
  /** An inbox of any account, of one of these channels and not disconnected, by the identifier that it got when it was made. */
  clientInbox(channels: readonly string[], identifier: string): Promise<ClientInboxView | undefined>
  /** Whoever this source id opens an inbox to. */
  visitor(inbox: Pick<ClientInboxView, 'accountId' | 'inboxId'>, sourceId: string): Promise<VisitorView | undefined>
  /** The conversations that somebody may see, newest first, 20 a time; from behind this one on, by its number. */
  visitorConversations(visitor: Visitor, before?: number): Promise<readonly VisitorConversationView[]>
  visitorConversation(visitor: Visitor, displayId: number): Promise<VisitorConversationView | undefined>
  /** Whether there is such a conversation that they may see; reads nothing of it. */
  hasConversation(visitor: Visitor, displayId: number): Promise<boolean>
  /**
   * Some of the messages of a conversation that somebody may see, in ascending order of (created_at, id): without notes for colleagues, and
   * without what happened to the conversation.
   */
  visitorMessages(visitor: Visitor, displayId: number, range: MessageRange): Promise<readonly MessageView[]>
}
