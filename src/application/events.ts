import type { AccountId, InboxId } from '#domain/shared/ids.ts'
import type { Instant } from '#domain/shared/instant.ts'

/** An attribute under the name that the API gives it, and what it was and is, as Chatwoot tells of changes. */
export type ChangedAttribute = Readonly<Record<string, { readonly previous_value: unknown; readonly current_value: unknown }>>

/** Everything that people outside may want to hear of, each with its payload in the form in which it is told. */
export interface BusinessEvents {
  readonly inbox_updated: { readonly inbox_id: InboxId; readonly changed_attributes: readonly ChangedAttribute[] }
}

export type BusinessEvent = {
  [Name in keyof BusinessEvents]: {
    readonly accountId: AccountId
    readonly name: Name
    readonly payload: BusinessEvents[Name]
    readonly at: Instant
  }
}[keyof BusinessEvents]
