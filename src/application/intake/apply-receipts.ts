import { type ApplyKinds, done, type InboxEvent } from '#application/intake/inbox-event.ts'
import { withStatus } from '#application/messages/with-status.ts'
import { awaitsMessage, type EventOutcome } from '#application/ports/intake.ts'
import type { Message } from '#application/ports/messages.ts'
import type { Tx } from '#application/ports/unit-of-work.ts'
import { afterRead } from '#domain/conversation/conversation.ts'
import { advance, liftedInBulkTo, type MessageStatus } from '#domain/message/status.ts'

type ReceiptEvent = InboxEvent<'message-read' | 'message-delivered'>

/** A receipt proves the message it names, and, as a read one, everything before it that did not fail. */
const applyReceipt = async (tx: Tx, message: Message, status: MessageStatus): Promise<void> => {
  if (message.type === 'incoming') return
  const lifted = withStatus(message, status, null)
  if (lifted !== message) await tx.messages.save([lifted])
  if (status !== 'read') return
  const [conversation] = await tx.conversations.byIds([message.conversationId])
  if (conversation) await tx.conversations.saveActivity([afterRead(conversation, message.createdAt)])
  await tx.messages.liftUpTo(message, liftedInBulkTo('read'), 'read')
}

/** The last receipt of each message is enough. A receipt that came before its message waits for it. */
export const applyReceipts: ApplyKinds<'message-read' | 'message-delivered'> = async (tx, events) => {
  const outcomes = new Map<number, EventOutcome>()
  const refs = events.map((event) => ({ inboxId: event.inbox.inboxId, externalId: event.payload.externalId }))
  const found = await tx.messages.byExternalIds(refs)
  const byRef = new Map(found.map((message) => [`${message.inboxId} ${message.externalId}`, message]))
  const perMessage = new Map<string, { message: Message; status: MessageStatus }>()
  const note = (event: ReceiptEvent): EventOutcome => {
    const ref = `${event.inbox.inboxId} ${event.payload.externalId}`
    const message = byRef.get(ref)
    if (!message) return { state: 'parked', reason: 'message.unknown', awaits: awaitsMessage(event.accountKey, event.payload.externalId) }
    const status = event.kind === 'message-read' ? 'read' : 'delivered'
    perMessage.set(ref, { message, status: advance(perMessage.get(ref)?.status ?? 'sent', status) })
    return done
  }
  for (const event of events) outcomes.set(event.id, note(event))
  for (const { message, status } of perMessage.values()) await applyReceipt(tx, message, status)
  return outcomes
}
