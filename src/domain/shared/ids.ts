/** A row's number that cannot be passed where another kind of row is meant. A plain number still fits, so edges need no casts. */
type Id<Name extends string> = number & { readonly __row?: Name }

export type AccountId = Id<'account'>
export type UserId = Id<'user'>
export type PlatformAppId = Id<'platform_app'>
export type InboxId = Id<'inbox'>
export type ContactId = Id<'contact'>
export type ContactInboxId = Id<'contact_inbox'>
export type ConversationId = Id<'conversation'>
export type MessageId = Id<'message'>
export type PartId = Id<'part'>
export type IntakeEventId = Id<'intake_event'>

/** What a provider calls something. Always text: Instagram's ids exceed 2^53. */
export type ExternalId = string
