import { secondsOrNull } from '#adapters/http/views/time.ts'
import type { WebhookDeliveryView } from '#application/ports/webhook-records.ts'

/** How it went with one event. What was told is not in it. */
export const webhookDeliveryJson = (delivery: WebhookDeliveryView) => ({
  id: delivery.id,
  event: delivery.event,
  conversation_id: delivery.conversationDisplayId,
  message_id: delivery.messageId,
  state: delivery.state,
  attempts: delivery.attempts,
  created_at: delivery.at / 1000,
  next_attempt_at: secondsOrNull(delivery.dueAt),
  last_attempt_at: secondsOrNull(delivery.attemptedAt),
  delivered_at: secondsOrNull(delivery.deliveredAt),
  last_status: delivery.lastStatus,
  last_error: delivery.lastError,
})
