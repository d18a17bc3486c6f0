import type { DeliveryRecordState } from '#application/ports/webhooks.ts'
import type { AccountId, InboxId, MessageId } from '#domain/shared/ids.ts'
import type { Instant } from '#domain/shared/instant.ts'

/** Where software of the account's own hears of what happens in an inbox. */
export interface ListenerView {
  readonly webhookUrl: string | null
  /** Since when that address is known to be gone. */
  readonly webhookGoneAt: Instant | null
}

export interface WebhookDeliveryView {
  readonly id: string
  /** The name of the event. */
  readonly event: string
  /** When it happened. */
  readonly at: Instant
  readonly conversationDisplayId: number
  readonly messageId: MessageId | null
  readonly state: DeliveryRecordState
  readonly attempts: number
  /** When it is sent next, where it is. */
  readonly dueAt: Instant | null
  readonly attemptedAt: Instant | null
  readonly deliveredAt: Instant | null
  /** What the address answered last; null where it did not. */
  readonly lastStatus: number | null
  readonly lastError: string | null
}

/** The log of what inboxes' own software was told. */
export interface WebhookRecords {
  /** What an inbox's own software was told, newest first, 25 a page. */
  webhookDeliveries(
    accountId: AccountId,
    inboxId: InboxId,
    filter: { readonly state?: DeliveryRecordState; readonly page: number },
  ): Promise<readonly WebhookDeliveryView[]>
}
