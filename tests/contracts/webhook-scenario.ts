import type { ConversationEvent } from '#application/events.ts'
import type { Conversation } from '#application/ports/conversations.ts'
import type { InboxRef } from '#application/ports/credentials.ts'
import type { Tx } from '#application/ports/unit-of-work.ts'
import type { Claim, Settlement, WebhookDelivery } from '#application/ports/webhooks.ts'
import { commit, converse, detailsBy, fresh, noon, openOffice } from './scenario.ts'
import type { Subject } from './subject.ts'

const claim: Claim = { now: noon, until: noon + 1000, width: 8, most: 100 }
export const arrived: Settlement = { state: 'delivered', dueAt: noon, status: 200, error: null }
export const later = (dueAt: number): Settlement => ({ state: 'pending', dueAt, status: 500, error: 'It answered 500.' })
export const failed: Settlement = { state: 'failed', dueAt: noon, status: 500, error: 'It answered 500.' }

/** Accounts whose own software is told what happens. */
export const webhookScenario = (subject: () => Subject) => {
  const run = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => commit(subject().unitOfWork, work)

  /** An account whose own software listens in its inbox, unless it does not. */
  const openBridge = async ({ isListening = true } = {}) => {
    const webhookUrl = isListening ? 'https://bridge.example/in' : undefined
    const office = await openOffice(subject())
    const inbox = { accountId: office.accountId, name: 'Bridge', at: noon, channel: 'api', channelKey: fresh('key') }
    const inboxId = await run((tx) => tx.inboxes.insert({ ...inbox, webhookUrl }, detailsBy(office.userId)))
    if (inboxId === undefined) throw new Error('The key is fresh.')
    return { ...office, inboxId, channelKey: inbox.channelKey }
  }
  const talk = async (ref: InboxRef) => converse(subject(), { ...(await openOffice(subject())), ...ref })

  const eventIn = async (conversation: Conversation, at = noon, messageId?: number): Promise<ConversationEvent> => {
    const { accountId, id: conversationId } = conversation
    const [scene] = await run((tx) =>
      tx.webhooks.scenes([{ accountId, conversationId, ...(messageId === undefined ? {} : { messageId }) }]),
    )
    if (!scene) throw new Error('Somebody listens.')
    const { message, ...payload } = scene
    return message
      ? { accountId, name: 'message_created', payload: { ...payload, message }, at }
      : { accountId, name: 'conversation_created', payload, at }
  }
  const tell = async (...conversations: Conversation[]) => {
    const events: ConversationEvent[] = []
    for (const conversation of conversations) events.push(await eventIn(conversation))
    await run((tx) => tx.webhooks.add(events))
    return events
  }
  const take = (ref: InboxRef, changes: Partial<Claim> = {}) => run((tx) => tx.webhooks.take(ref, { ...claim, ...changes }))
  const settle = (delivery: WebhookDelivery, settlement: Settlement) => run((tx) => tx.webhooks.settle(delivery, settlement, noon + 5))
  const conversationsOf = (deliveries: readonly WebhookDelivery[]) => deliveries.map(({ event }) => event.payload.conversation.id)
  return { run, openBridge, talk, eventIn, tell, take, settle, conversationsOf }
}
