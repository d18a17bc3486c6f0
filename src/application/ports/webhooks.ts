import type { ConversationEvent, Scene } from '#application/events.ts'
import type { InboxRef } from '#application/ports/credentials.ts'
import type { InboxSecret } from '#application/ports/inbox-secrets.ts'
import type { MessageView } from '#application/ports/queries.ts'
import type { AccountId, ConversationId, MessageId } from '#domain/shared/ids.ts'
import type { Instant } from '#domain/shared/instant.ts'

/** Where an inbox's own software listens. */
export interface WebhookTarget {
  /** Null: nowhere. */
  readonly url: string | null
  /** Since when the address is known to be gone. */
  readonly goneAt: Instant | null
  /** Signs what is sent there. */
  readonly secret: InboxSecret
}

export interface SceneRef {
  readonly accountId: AccountId
  readonly conversationId: ConversationId
  readonly messageId?: MessageId
}

export type SeenScene = Scene & { readonly message?: MessageView }

export type DeliveryRecordState = 'pending' | 'delivered' | 'failed'

/** An event on its way to an address. */
export interface WebhookDelivery {
  /** The same however often it is sent. */
  readonly id: string
  readonly inboxId: number
  readonly event: ConversationEvent
  /** How often it was taken, this time included. */
  readonly attempts: number
  /** When the address took it for the first time; null: never yet. */
  readonly deliveredAt: Instant | null
  /** As it was when this was taken. */
  readonly target: WebhookTarget
}

export interface Claim {
  readonly now: Instant
  /** Nobody else takes it before. */
  readonly until: Instant
  /** How many of one inbox may be under way at once, everywhere together. */
  readonly width: number
  readonly most: number
}

/** How a delivery stands after a call. `status` is the answer's, null where there was none; `error` is a sentence, null where it arrived. */
export interface Settlement {
  readonly state: DeliveryRecordState
  /** When what is pending is due. */
  readonly dueAt: Instant
  readonly status: number | null
  readonly error: string | null
}

/** Which of an inbox's deliveries; all that is given has to fit. */
export interface DeliverySelection {
  readonly ids?: readonly string[]
  readonly state?: 'delivered' | 'failed'
  /** By when the event happened; `until` is not part of it. */
  readonly since?: Instant
  readonly until?: Instant
}

/** A delivery that is over. */
export interface PastDelivery {
  readonly id: string
  /** The event's number: they ascend. */
  readonly position: number
  readonly conversationId: ConversationId
  /** The message that it told of as new. */
  readonly messageId: MessageId | null
}

/** What inboxes' own software is told, and how that goes. */
export interface Webhooks {
  /** How these stand in this transaction, in the order asked; undefined where nobody listens in the inbox. */
  scenes(refs: readonly SceneRef[]): Promise<readonly (SeenScene | undefined)[]>
  /** Writes down what happened, in the order given, each with its delivery. */
  add(events: readonly ConversationEvent[]): Promise<void>
  /**
   * Takes deliveries of an inbox that are due, of each conversation only its first one that is not over. Those who take in one inbox
   * do so one after the other.
   */
  take(inbox: InboxRef, claim: Claim): Promise<readonly WebhookDelivery[]>
  /**
   * Notes what became of a delivery as it was taken, and has the later ones of its conversation be due no sooner. False where somebody
   * else took it since, or it is over.
   */
  settle(delivery: Pick<WebhookDelivery, 'id' | 'attempts'>, settlement: Settlement, now: Instant): Promise<boolean>
  /** The earliest time after `now` at which something is due in an inbox; null: none. */
  nextDue(inbox: InboxRef, now: Instant): Promise<Instant | null>
  /** Inboxes behind `after`, by number, in which something is due that nobody has taken. */
  inboxesDue(now: Instant, after: number, limit: number): Promise<readonly InboxRef[]>
  /** Deliveries of an inbox that are over and worth repeating, in the order of their events, behind `after`: no typing, and nothing that was told anew. */
  past(inbox: InboxRef, which: DeliverySelection, after: number, limit: number): Promise<readonly PastDelivery[]>
  /** Has these begin anew, due at once; what is not over stays as it is. */
  reopen(inbox: InboxRef, ids: readonly string[], now: Instant): Promise<void>
  /** Whether this is where the inbox's own software listens. */
  listensAt(inbox: InboxRef, url: string): Promise<boolean>
  /** Nothing is to be sent to this address any more. False where it is not the inbox's address, or that is known. */
  markGone(inbox: InboxRef, url: string, at: Instant): Promise<boolean>
  /** Whatever its address is, it may be called, and what waits for its next try is due. */
  welcome(inbox: InboxRef, now: Instant): Promise<void>
}
