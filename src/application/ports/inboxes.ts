import type { InboxRef } from '#application/ports/credentials.ts'
import type { InboxTemplates } from '#domain/conversation/templates.ts'
import type { ConnectionState } from '#domain/inbox/connection.ts'
import type { AccountId, ExternalId, InboxId, UserId } from '#domain/shared/ids.ts'
import type { Instant } from '#domain/shared/instant.ts'

/** An inbox together with the provider's account behind it. */
export interface ConnectedInbox {
  readonly inboxId: InboxId
  readonly accountId: AccountId
  readonly channel: string
  readonly channelKey: string
  readonly state: ConnectionState
  readonly lockToSingleConversation: boolean
  /** What it answers by itself; null where nobody ever set that. */
  readonly templates: InboxTemplates | null
}

export interface ConnectionDetails {
  readonly alternateKey: string | null
  readonly providerName: string
  readonly accountType: string | null
  /** Null where the provider did not say what was granted. */
  readonly permissions: readonly string[] | null
  readonly connectedBy: UserId
  readonly connectedAt: Instant
}

export interface ChannelKey {
  readonly channel: string
  readonly channelKey: string
}

export interface NewInbox extends ChannelKey {
  readonly accountId: AccountId
  readonly name: string
  /** Where the account's own software hears of messages. */
  readonly webhookUrl?: string | undefined
  readonly lockToSingleConversation?: boolean
  readonly replyHours?: number | null
  readonly at: Instant
}

export interface SubscriptionChecks {
  readonly kinds: readonly string[]
  readonly agreedBefore: Instant
  readonly refusedBefore: Instant
  readonly now: Instant
  readonly limit: number
}

export interface SilenceSuspects {
  readonly kinds: readonly string[]
  readonly now: Instant
  readonly limit: number
  /** From behind this one on, by number. */
  readonly after: InboxId
}

export interface SilenceSuspect {
  readonly accountId: AccountId
  readonly inboxId: InboxId
  readonly lastEventAt: Instant | null
  /** Since when it is known to be quiet. */
  readonly quietSince: Instant | null
}

export interface NotedSilence {
  /** What was known before: where that is not so any more, nothing is changed. */
  readonly before: Instant | null
  readonly quietSince: Instant | null
  /** Not to be suspected for the lack of customers before this. */
  readonly lookAt: Instant
  /** When people were told that it went quiet, where they are: for a day it is not suspected for the lack of an echo again. */
  readonly toldAt: Instant | null
}

/** What an account chose for an inbox. */
export interface InboxSettings extends InboxTemplates {
  readonly name: string
  readonly lockToSingleConversation: boolean
  readonly webhookUrl: string | null
  /** How many hours after a customer wrote people may answer; null: as in its channel. */
  readonly replyHours: number | null
  /** Who writes by the API for customers' own apps has to prove who they are. */
  readonly hmacMandatory: boolean
}

export interface Inboxes {
  /** What is chosen, or the usual; locked until the transaction ends. */
  settings(accountId: AccountId, inboxId: InboxId): Promise<InboxSettings | undefined>
  saveSettings(accountId: AccountId, inboxId: InboxId, settings: InboxSettings): Promise<void>
  /** The inboxes that are not disconnected, for those of `keys` that have one. */
  byChannelKeys(keys: readonly ChannelKey[]): Promise<readonly ConnectedInbox[]>
  /** The newest inbox of this account for this provider account, in any state; locked until the transaction ends. */
  ofAccount(accountId: AccountId, key: ChannelKey): Promise<ConnectedInbox | undefined>
  /** Undefined where another inbox holds this provider account (also one that is being made at this moment). */
  insert(inbox: NewInbox, details: ConnectionDetails): Promise<InboxId | undefined>
  /** Sets the details and the state `connected`. False where another inbox holds this provider account. */
  reconnect(inboxId: InboxId, details: ConnectionDetails): Promise<boolean>
  /** `lastError` stays as it is where it is left out. */
  setState(inboxId: InboxId, state: ConnectionState, lastError?: string | null): Promise<void>
  /** Answers whether it had been subscribed before. */
  setSubscribed(inboxId: InboxId, subscribed: boolean, lastError: string | null): Promise<boolean>
  /**
   * Up to `limit` connected inboxes of these channels that nobody took since `agreedBefore`, or since `refusedBefore` where the
   * provider does not push their events; notes that they were taken `now`. Two who ask at once get different ones.
   */
  takeSubscriptionChecks(which: SubscriptionChecks): Promise<readonly { readonly accountId: AccountId; readonly inboxId: InboxId }[]>
  /**
   * Up to `limit` connected inboxes of these channels that may have gone quiet, or may be heard again: those without an event for long
   * enough and whose look is due, those in whose conversations something happened in the last hour without an event after it and that were not told of in the last day, and
   * those known as quiet that had an event since.
   */
  silenceSuspects(which: SilenceSuspects): Promise<readonly SilenceSuspect[]>
  /** False where somebody else noted something in the meantime. */
  noteSilence(inboxId: InboxId, noted: NotedSilence): Promise<boolean>
  /** All inboxes that are or were connected to a provider's account, by either of its ids; locked until the transaction ends. */
  ofProviderAccount(channel: string, key: ExternalId): Promise<readonly (ConnectedInbox & { readonly connectedAt: Instant })[]>
  /** Ends a connection for good: disconnected, without a token, and no events are expected. */
  cut(inboxId: InboxId, lastError: string | null): Promise<void>
  /** Forgets what a disconnected inbox knows of the provider's account, but for the key by which it would be connected again. */
  forgetOwner(inboxId: InboxId): Promise<void>
  setPermissions(inboxId: InboxId, permissions: readonly string[]): Promise<void>
  /** Moves `last_event_at` forward, never back. */
  noteEvents(latest: ReadonlyMap<InboxId, Instant>): Promise<void>
  /** An inbox of any account: for what the installation itself points at. */
  byId(inboxId: InboxId): Promise<ConnectedInbox | undefined>
  find(accountId: AccountId, inboxId: InboxId): Promise<ConnectedInbox | undefined>
  /** Those of `refs` that there are, in no order. */
  findAll(refs: readonly InboxRef[]): Promise<readonly ConnectedInbox[]>
  /** The same, and nobody else changes how it stands until the transaction ends. */
  lock(accountId: AccountId, inboxId: InboxId): Promise<ConnectedInbox | undefined>
}
