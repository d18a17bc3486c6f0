import { attachmentsOf, type MessageEvent } from '#application/intake/compose-message.ts'
import { deliveryJob } from '#application/messages/delivery-job.ts'
import { atDesk, type Desk } from '#application/messages/desk.ts'
import { receivedSign } from '#application/messages/part-content.ts'
import { mayBeEchoed, recordPart, settledByEcho } from '#application/messages/record-part.ts'
import type { ContactInbox } from '#application/ports/contacts.ts'
import type { Conversation } from '#application/ports/conversations.ts'
import { awaitsMessage } from '#application/ports/intake.ts'
import type { Part } from '#application/ports/messages.ts'
import type { Tx } from '#application/ports/unit-of-work.ts'
import { seconds } from '#domain/shared/instant.ts'

interface PlacedEcho {
  readonly event: MessageEvent
  readonly someone: ContactInbox
}

/** How far the provider's clock may be behind ours, with times that it tells to the second. */
const clockSkew = seconds(10)

/** What was read at the provider may be older than the part; a pushed echo is not. */
const isTooOld = ({ claimedAt }: Part, { payload, occurredAt }: PlacedEcho['event']): boolean =>
  payload.found !== undefined && occurredAt < (claimedAt ?? 0) - clockSkew

/** Of the person that the echo is about, and with its content. */
const findPart = (desk: Desk, conversations: readonly Conversation[], { event, someone }: PlacedEcho): Part | undefined =>
  conversations
    .filter(({ contactInboxId }) => contactInboxId === someone.id)
    .flatMap(({ id }) => desk.unsettled(id))
    .toSorted((a, b) => a.messageId - b.messageId || a.position - b.position)
    .find((part) => mayBeEchoed(part, receivedSign(event.payload)) && !isTooOld(part, event))

const settle = (desk: Desk, { event, someone: { accountId } }: PlacedEcho, part: Part): void => {
  const { externalId } = event.payload
  recordPart(desk, settledByEcho(part, externalId, attachmentsOf(event.payload)), null)
  desk.release(event.channel, awaitsMessage(event.accountKey, externalId))
  const { inboxId, conversationId } = part
  // What waited to hear of it leaves at once.
  if (part.state === 'uncertain') desk.enqueue(deliveryJob({ accountId, inboxId, conversationId }))
}

/**
 * Echoes of our own sends whose answer is not written down yet: each settles the oldest part that fits. What remains was typed
 * in the provider's app. Answers the ids of the events that were ours.
 */
export const settleEchoes = async (tx: Tx, echoes: readonly PlacedEcho[]): Promise<ReadonlySet<number>> => {
  if (echoes.length === 0) return new Set()
  const waiting = await tx.messages.conversationsInDelivery([...new Set(echoes.map(({ someone }) => someone.id))])
  if (waiting.length === 0) return new Set()
  const conversations = await tx.conversations.byIds(waiting)
  const externalIds = echoes.map(({ event, someone }) => ({ inboxId: someone.inboxId, externalId: event.payload.externalId }))
  return atDesk(tx, conversations, { externalIds }, async (desk) => {
    const ours = new Set<number>()
    for (const echo of echoes) {
      const part = findPart(desk, conversations, echo)
      if (!part) continue
      settle(desk, echo, part)
      ours.add(echo.event.id)
    }
    return ours
  })
}
