import type { ConversationView, MessageView } from '#application/ports/queries.ts'
import type { AccountId, InboxId, UserId } from '#domain/shared/ids.ts'
import type { Instant } from '#domain/shared/instant.ts'

/** An attribute under the name that the API gives it, and what it was and is, as Chatwoot tells of changes. */
export type ChangedAttribute = Readonly<Record<string, { readonly previous_value: unknown; readonly current_value: unknown }>>

/** A conversation as it stood when something happened in it. Its last message is the last one that the customer sees too. */
export interface Scene {
  readonly account: { readonly id: AccountId; readonly name: string }
  readonly inbox: { readonly id: InboxId; readonly name: string }
  readonly conversation: ConversationView
}

type MessageScene = Scene & { readonly message: MessageView }
/** `user` types an answer, and no note. */
type TypingScene = Scene & { readonly user: { readonly id: UserId; readonly name: string; readonly email: string } }
type ChangeScene = Scene & { readonly changed_attributes: readonly ChangedAttribute[] }

/** What happens in conversations, each with how everything stood then. */
export interface ConversationEvents {
  readonly conversation_created: Scene
  readonly conversation_updated: ChangeScene
  readonly conversation_status_changed: ChangeScene
  readonly conversation_typing_on: TypingScene
  readonly conversation_typing_off: TypingScene
  readonly message_created: MessageScene
  readonly message_updated: MessageScene
}

/** Everything that people outside may want to hear of. */
export interface BusinessEvents extends ConversationEvents {
  readonly inbox_updated: { readonly inbox_id: InboxId; readonly changed_attributes: readonly ChangedAttribute[] }
}

type EventOf<Events> = {
  [Name in keyof Events]: {
    readonly accountId: AccountId
    readonly name: Name
    readonly payload: Events[Name]
    readonly at: Instant
  }
}[keyof Events]

export type BusinessEvent = EventOf<BusinessEvents>

export type ConversationEvent = EventOf<ConversationEvents>
