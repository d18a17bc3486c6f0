import { inOne } from '#application/in-one.ts'
import type { Channels } from '#application/ports/channel.ts'
import type { Clock } from '#application/ports/clock.ts'
import type { Conversation } from '#application/ports/conversations.ts'
import type { InboxRef } from '#application/ports/credentials.ts'
import type { Tx, UnitOfWork } from '#application/ports/unit-of-work.ts'
import type { DeliverySelection, PastDelivery } from '#application/ports/webhooks.ts'
import { untold } from '#application/webhooks/record-webhook.ts'
import { tellBridges } from '#application/webhooks/tell-bridges.ts'
import { webhookJob } from '#application/webhooks/webhook-job.ts'
import type { MessageId } from '#domain/shared/ids.ts'

/**
 * Sends again what was sent, or given up, in the order in which it happened; answers how much that is. What is still on its way is
 * left alone. A message that failed because nobody was told of it is on its way again.
 */
export type RedeliverWebhooks = (command: InboxRef & { readonly which: DeliverySelection }) => Promise<number>

/** Deliveries of one transaction. */
const batch = 100

interface Dependencies {
  readonly channels: Channels
  readonly unitOfWork: UnitOfWork
  readonly clock: Clock
}

export const createRedeliverWebhooks = ({ channels, unitOfWork, clock }: Dependencies): RedeliverWebhooks => {
  const restart = async (tx: Tx, conversation: Conversation, messageId: MessageId): Promise<void> => {
    const message = await tx.messages.byId(conversation.accountId, messageId)
    if (message?.status !== 'failed' || message.error?.code !== untold) return
    await tx.messages.save([{ ...message, status: 'sent', error: null }])
    const channel = channels.get(conversation.channel)
    await tellBridges(tx, [{ name: 'message_updated', messageId, conversation, channel }], clock.now())
  }

  const reopen = async (tx: Tx, inbox: InboxRef, found: readonly PastDelivery[]): Promise<void> => {
    const conversations = await tx.conversations.byIds([...new Set(found.map(({ conversationId }) => conversationId))])
    const byId = new Map(conversations.map((conversation) => [conversation.id, conversation]))
    await tx.webhooks.reopen(
      inbox,
      found.map(({ id }) => id),
      clock.now(),
    )
    for (const { conversationId, messageId } of found) {
      const conversation = byId.get(conversationId)
      if (conversation && messageId !== null) await restart(tx, conversation, messageId)
    }
    await tx.jobs.enqueue([webhookJob(inbox)])
  }

  return async ({ accountId, inboxId, which }) => {
    const inbox = { accountId, inboxId }
    // What happens from now on is not part of it: otherwise telling of it would never end.
    const until = Math.min(which.until ?? clock.now() + 1, clock.now() + 1)
    let [after, count] = [0, 0]
    for (;;) {
      const found = await inOne(unitOfWork, async (tx) => {
        const past = await tx.webhooks.past(inbox, { ...which, until }, after, batch)
        if (past.length > 0) await reopen(tx, inbox, past)
        return past
      })
      if (found.length === 0) return count
      after = found.at(-1)?.position ?? after
      count += found.length
    }
  }
}
