import type { MessageEvent } from '#application/intake/compose-message.ts'
import { type DeliveryOrder, deliveryJob } from '#application/messages/delivery-job.ts'
import { mayBeEchoed, recordPart } from '#application/messages/record-part.ts'
import type { ContactInbox } from '#application/ports/contacts.ts'
import { awaitsMessage } from '#application/ports/intake.ts'
import type { Part } from '#application/ports/messages.ts'
import type { Tx } from '#application/ports/unit-of-work.ts'
import type { ConversationId } from '#domain/shared/ids.ts'

interface PlacedEcho {
  readonly event: MessageEvent
  readonly someone: ContactInbox
}

const matches = (part: Part & { readonly contactInboxId: number }, { event, someone }: PlacedEcho): boolean =>
  part.contactInboxId === someone.id && mayBeEchoed(part, event.payload.text)

/**
 * Echoes of our own sends whose answer is not written down yet: each settles the oldest part that fits. What remains was typed
 * in the provider's app. What waited behind an uncertain part leaves at once. Answers the ids of the events that were ours.
 */
export const settleEchoes = async (tx: Tx, echoes: readonly PlacedEcho[]): Promise<ReadonlySet<number>> => {
  const ours = new Set<number>()
  if (echoes.length === 0) return ours
  let waiting = await tx.messages.unsettledOf([...new Set(echoes.map(({ someone }) => someone.id))])
  if (waiting.length === 0) return ours
  await tx.conversations.byIds([...new Set(waiting.map((part) => part.conversationId))])
  /** Conversations that waited to hear of what was uncertain. */
  const held = new Map<ConversationId, DeliveryOrder>()
  for (const echo of echoes) {
    const part = waiting.find((candidate) => matches(candidate, echo))
    if (!part) continue
    waiting = waiting.filter((other) => other.id !== part.id)
    const externalId = echo.event.payload.externalId
    await recordPart(tx, echo.someone.accountId, { ...part, state: 'accepted', externalId, dueAt: null }, null)
    await tx.intake.release(echo.event.channel, [awaitsMessage(echo.event.accountKey, externalId)])
    const { inboxId, conversationId } = part
    if (part.state === 'uncertain') held.set(conversationId, { accountId: echo.someone.accountId, inboxId, conversationId })
    ours.add(echo.event.id)
  }
  await tx.jobs.enqueue([...held.values()].map((order) => deliveryJob(order)))
  return ours
}
