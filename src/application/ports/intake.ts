import type { ChannelEvent } from '#application/intake/channel-event.ts'
import type { ContactInbox, WantedContact } from '#application/ports/contacts.ts'
import type { Conversation } from '#application/ports/conversations.ts'
import type { KnownAs } from '#application/ports/erasures.ts'
import type { ConnectedInbox } from '#application/ports/inboxes.ts'
import type { ExternalRef } from '#application/ports/messages.ts'
import type { IntakeEventId } from '#domain/shared/ids.ts'
import type { Instant } from '#domain/shared/instant.ts'

/** One request of a provider: the exact bytes. */
export interface Arrival {
  readonly channel: string
  readonly body: Uint8Array
  readonly receivedAt: Instant
}

/** The same, and what we read in it. `id` is a UUID. */
export interface IntakeEntry extends Arrival {
  readonly id: string
  readonly events: readonly ChannelEvent[]
}

/** How much this process takes in at this moment. */
export interface IntakeLoad {
  /** How many requests went into one write at most, of late: so many waited to be acknowledged together. */
  atOnce(): number
  /** Requests that come in a second, of late; nearly all of them bring one event. */
  perSecond(): number
}

/** Where requests are put down before they are acknowledged. */
export interface IntakeLog extends IntakeLoad {
  /** Resolves when the request is committed. Rejects where that cannot be done within the log's time limit. */
  append(arrival: Arrival): Promise<void>
}

/** `inbox`: the one that is connected to the event's account at the time of the claim. */
export type StoredEvent = ChannelEvent & { readonly id: IntakeEventId; readonly attempts: number; readonly inbox: ConnectedInbox | null }

/** What is known already of messages that came in. */
export interface Known {
  readonly people: readonly ContactInbox[]
  /** The conversations that these people's messages may belong to, as `Conversations.candidates` has them. */
  readonly candidates: readonly Conversation[]
  /** Those of the messages that are there. */
  readonly messages: readonly ExternalRef[]
}

/** What became of an event. A parked one is set free when what it `awaits` comes. */
export type EventOutcome =
  | { readonly state: 'done' }
  | { readonly state: 'unknown'; readonly reason: string }
  | { readonly state: 'parked'; readonly reason: string; readonly awaits?: string }
  | { readonly state: 'pending'; readonly reason: string; readonly dueAt: Instant }

export interface SettledEvent {
  readonly id: IntakeEventId
  readonly outcome: EventOutcome
}

/** A comment that is in the log. */
export interface KeptComment {
  /** Who wrote it. */
  readonly contactKey: string
  readonly username: string | null
  readonly occurredAt: Instant
}

/** The log as the processor sees it. */
export interface IntakeQueue {
  /** Waits for whoever reads arrivals, and keeps everybody from it until this transaction ends. */
  holdReader(): Promise<void>
  /**
   * About `atMost` requests that nobody has read, oldest first, which are gone when this transaction commits; none while another
   * transaction reads, so that no request overtakes another.
   */
  takeArrivals(atMost: number): Promise<readonly Arrival[]>
  /**
   * Stores what was read. All at once, and the database may refuse that for one entry's sake; `oneByOne` refuses nobody, but an
   * event that the database does not take is left to the body that it came in.
   */
  store(entries: readonly IntakeEntry[], how: 'together' | 'oneByOne'): Promise<void>
  /**
   * Up to `limit` pending events, oldest first, of contacts that nobody else is working on until this transaction ends. An
   * event that waits for its next try holds back the later ones of its contact.
   */
  claim(limit: number, now: Instant): Promise<readonly StoredEvent[]>
  /**
   * In one question: the people of messages that came in, as `Contacts.ensure` answers them, what they are in the middle of, and which of the
   * messages are there already. All but the messages are locked until the transaction ends.
   */
  meet(people: readonly WantedContact[], messages: readonly ExternalRef[]): Promise<Known>
  settle(events: readonly SettledEvent[]): Promise<void>
  /** A comment on something of an account, as long as it is in the log. */
  comment(channel: string, accountKey: string, externalId: string): Promise<KeptComment | undefined>
  /** Counts a failed try on events that stay pending. */
  noteFailure(events: readonly SettledEvent[]): Promise<void>
  /** Makes events that await one of these things pending again. */
  release(channel: string, awaited: readonly string[]): Promise<void>
  /** Makes settled events pending again, as if they had just come; answers how many. */
  replay(selection: IntakeSelection): Promise<number>
  /** Makes events that await something and came at `since` or later pending again. */
  retryWaiting(since: Instant): Promise<number>
  /** Ends the wait for messages of up to `limit` events that came before `before`: they stay parked, and say so. */
  giveUpWaiting(before: Instant, limit: number): Promise<number>
  /** Deletes up to `limit` events of a provider's account, in any state, with the bodies that they came in; answers how many. */
  erase(channel: string, accountKey: string, limit: number): Promise<number>
  /**
   * Deletes, of the next `limit` events beyond `after` and not beyond `until`, those that are about one of these people, in any state, when
   * nobody applies them. Answers the last event looked at, null where there was none, and the bodies in which deleted ones came.
   */
  forget(
    people: readonly KnownAs[],
    span: { readonly after: IntakeEventId; readonly until: IntakeEventId; readonly limit: number },
  ): Promise<{ readonly read: IntakeEventId | null; readonly bodies: readonly string[] }>
  body(id: string): Promise<Uint8Array | undefined>
  /** Null: deletes it; its events stay. */
  rewriteBody(id: string, body: Uint8Array | null): Promise<void>
  /** Deletes up to `limit` bodies, and done events, that came before `before`; answers how many rows went. */
  prune(before: Instant, limit: number): Promise<number>
}

/** Which settled events: some by id, or those that came in a span of time (`since` ≤ received < `until`) and stand in a state. */
export type IntakeSelection =
  | { readonly ids: readonly IntakeEventId[] }
  | { readonly since?: Instant; readonly until?: Instant; readonly state?: 'done' | 'parked' | 'unknown' }

/** What an event of an account that nobody connected waits for. */
export const awaitsInbox = (channelKey: string): string => `inbox:${channelKey}`

/** What a receipt, edit, reaction or unsend that came before its message waits for. */
export const awaitsMessage = (channelKey: string, externalId: string): string => `message:${channelKey}:${externalId}`
