import { withStatus } from '#application/messages/with-status.ts'
import type { Channels } from '#application/ports/channel.ts'
import type { Conversation } from '#application/ports/conversations.ts'
import type { DeliveryError } from '#application/ports/messages.ts'
import type { Tx } from '#application/ports/unit-of-work.ts'
import type { Settlement, WebhookDelivery } from '#application/ports/webhooks.ts'
import { tellBridges } from '#application/webhooks/tell-bridges.ts'
import { webhookJob } from '#application/webhooks/webhook-job.ts'
import type { Instant } from '#domain/shared/instant.ts'
import { type Heard, judge, type Verdict } from '#domain/webhook/delivery.ts'

/** Of what lasts a moment nobody needs to hear later. */
export const isFleeting = ({ name }: WebhookDelivery['event']): boolean =>
  name === 'conversation_typing_on' || name === 'conversation_typing_off'

/** What was sent, and what came back. */
export interface Told {
  readonly delivery: WebhookDelivery
  readonly heard: Heard
}

/** The code of a message whose inbox's own software was never told of it. */
export const untold = 'message.webhook_failed'

const sentenceOf = (heard: Heard): string => {
  switch (heard.is) {
    case 'answered':
      return `The webhook address of the inbox answered ${heard.status}.`
    case 'silence':
      return 'The webhook address of the inbox did not answer.'
    case 'broken':
      return 'The webhook address of the inbox could not be called, because of a mistake on our side.'
    case 'forbidden':
      return 'The webhook address of the inbox may not be called: it has to be public, and begin with https.'
    case 'too-late':
      return 'It was over before it could be told.'
    case 'known-gone':
      return 'The webhook address of the inbox said that it is gone (410): an administrator has to enter it again.'
    case 'nowhere':
      return 'The inbox has no webhook address any more.'
  }
}

const settlementOf = (heard: Heard, verdict: Verdict, now: Instant): Settlement => ({
  state: verdict.is === 'later' ? 'pending' : verdict.is,
  dueAt: verdict.is === 'later' ? verdict.at : now,
  status: heard.is === 'answered' ? heard.status : null,
  error: verdict.is === 'delivered' ? null : sentenceOf(heard),
})

const errorOf = (message: string): DeliveryError => ({
  code: untold,
  class: 'webhook',
  message,
  providerCode: null,
  providerSubcode: null,
  providerTraceId: null,
  retryable: true,
})

/** An answer that was never told of will not reach the customer. What customers wrote did arrive, and an old failure is no news. */
const failsWith = ({ event, deliveredAt }: WebhookDelivery): number | undefined => {
  if (event.name !== 'message_created' || deliveredAt !== null) return undefined
  const { id, type } = event.payload.message
  return type === 'outgoing' || type === 'template' ? id : undefined
}

const failMessage = async (
  tx: Tx,
  channels: Channels,
  failed: { readonly conversation: Conversation; readonly messageId: number; readonly because: string },
  now: Instant,
): Promise<void> => {
  const { conversation, messageId, because } = failed
  const message = await tx.messages.byId(conversation.accountId, messageId)
  const after = message && withStatus(message, 'failed', errorOf(because))
  if (!after || after === message) return
  await tx.messages.save([after])
  await tellBridges(tx, [{ name: 'message_updated', messageId, conversation, channel: channels.get(conversation.channel) }], now)
}

/** Nothing more goes to an address that says it is gone, and whoever watches the inbox is told so. */
const closeAddress = async (tx: Tx, { event, inboxId, target: { url } }: WebhookDelivery, now: Instant): Promise<boolean> => {
  const inbox = { accountId: event.accountId, inboxId }
  if (url === null || !(await tx.webhooks.markGone(inbox, url, now))) return false
  const changed_attributes = [{ webhook_disabled_at: { previous_value: null, current_value: Math.floor(now / 1000) } }]
  await tx.events.append([
    { accountId: inbox.accountId, name: 'inbox_updated', payload: { inbox_id: inbox.inboxId, changed_attributes }, at: now },
  ])
  return true
}

/** What an address says that is not the inbox's any more is not the last word: the new one may take it. */
const verdictOn = async (tx: Tx, { delivery, heard }: Told, now: Instant): Promise<Verdict> => {
  const { event, attempts, inboxId, target } = delivery
  const verdict = judge(heard, attempts, now, isFleeting(event))
  if (verdict.is !== 'failed' || !verdict.isGone) return verdict
  const isStillThere = target.url !== null && (await tx.webhooks.listensAt({ accountId: event.accountId, inboxId }, target.url))
  return isStillThere ? verdict : judge({ is: 'silence' }, attempts, now, isFleeting(event))
}

/** Notes what became of a delivery, with all that follows from it. `isClosed`: the address was given up by that. */
export const recordWebhook = async (
  tx: Tx,
  channels: Channels,
  told: Told,
  now: Instant,
): Promise<{ readonly verdict: Verdict; readonly isClosed: boolean }> => {
  const { delivery, heard } = told
  const { accountId, payload } = delivery.event
  const verdict = await verdictOn(tx, told, now)
  const messageId = verdict.is === 'failed' ? failsWith(delivery) : undefined
  // Conversations are locked before anything else that hangs on them.
  const conversation = messageId === undefined ? undefined : await tx.conversations.byId(accountId, payload.conversation.id)
  const settlement = settlementOf(heard, verdict, now)
  if (!(await tx.webhooks.settle(delivery, settlement, now))) return { verdict, isClosed: false }
  if (conversation && messageId !== undefined)
    await failMessage(tx, channels, { conversation, messageId, because: settlement.error ?? '' }, now)
  if (verdict.is === 'later') await tx.jobs.enqueue([webhookJob({ accountId, inboxId: delivery.inboxId }, verdict.at)])
  return { verdict, isClosed: verdict.is === 'failed' && verdict.isGone && (await closeAddress(tx, delivery, now)) }
}
