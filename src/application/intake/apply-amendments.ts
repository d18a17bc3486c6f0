import { withEdit, withReaction, withRetraction } from '#application/intake/amendments.ts'
import { type ApplyKinds, done, type InboxEvent } from '#application/intake/inbox-event.ts'
import { removeFiles } from '#application/media/media-job.ts'
import { awaitsMessage, type EventOutcome } from '#application/ports/intake.ts'
import type { Message } from '#application/ports/messages.ts'
import type { Tx } from '#application/ports/unit-of-work.ts'

type AmendmentEvent = InboxEvent<'message-edited' | 'message-retracted' | 'reaction-changed'>

const amended = (message: Message, event: AmendmentEvent): Message => {
  if (event.kind === 'message-edited') return withEdit(message, { ...event.payload, at: event.occurredAt })
  if (event.kind === 'reaction-changed') return withReaction(message, { ...event.payload, at: event.occurredAt })
  return withRetraction(message)
}

/** Nothing of what was attached stays, here or in the store. */
const retract = async (tx: Tx, { id: messageId, accountId }: Message): Promise<void> => {
  const ids = await tx.messages.removeAttachments(messageId)
  await removeFiles(
    tx,
    ids.map((id) => ({ accountId, kind: 'attachments', id })),
  )
}

/** Edits, unsends and reactions change the message that they name; one that came before its message waits for it. */
export const applyAmendments: ApplyKinds<'message-edited' | 'message-retracted' | 'reaction-changed'> = async (tx, events) => {
  const refOf = (event: AmendmentEvent): string => `${event.inbox.inboxId} ${event.payload.externalId}`
  const found = await tx.messages.byExternalIds(events.map((e) => ({ inboxId: e.inbox.inboxId, externalId: e.payload.externalId })))
  const before = new Map(found.map((message) => [`${message.inboxId} ${message.externalId}`, message]))
  const after = new Map<number, Message>(found.map((message) => [message.id, message]))
  const outcomes = new Map<number, EventOutcome>()
  for (const event of events) {
    const id = before.get(refOf(event))?.id
    const message = id === undefined ? undefined : after.get(id)
    const awaits = awaitsMessage(event.accountKey, event.payload.externalId)
    outcomes.set(event.id, message ? done : { state: 'parked', reason: 'message.unknown', awaits })
    if (!message) continue
    after.set(message.id, amended(message, event))
    if (event.kind === 'message-retracted') await retract(tx, message)
  }
  const changed = [...after.values()].filter((message) => !found.some((old) => old === message))
  await tx.messages.save(changed)
  return outcomes
}
