import { settledPart } from '#application/messages/delivery-outcome.ts'
import type { Desk } from '#application/messages/desk.ts'
import type { LookCall, SendCall } from '#application/messages/next-step.ts'
import { giveUp, recordPart, returnEcho } from '#application/messages/record-part.ts'
import type { ChannelError } from '#application/ports/channel.ts'
import type { Conversation } from '#application/ports/conversations.ts'
import type { ConnectedInbox } from '#application/ports/inboxes.ts'
import { awaitsMessage } from '#application/ports/intake.ts'
import type { Part } from '#application/ports/messages.ts'
import type { SentPart } from '#application/ports/outgoing.ts'
import { isGivenUp } from '#domain/message/delivery.ts'
import type { ExternalId } from '#domain/shared/ids.ts'
import type { Duration, Instant } from '#domain/shared/instant.ts'
import type { Result } from '#domain/shared/result.ts'

/** A call, and what the provider answered. */
export type Answered =
  | { readonly did: 'send'; readonly call: SendCall; readonly answer: Result<SentPart, ChannelError> }
  | { readonly did: 'look'; readonly call: LookCall; readonly answer: Result<readonly ExternalId[], ChannelError> }

/** The ids that an answer may give to the part. */
export const idsIn = (answered: Answered): readonly ExternalId[] => {
  if (!answered.answer.ok) return []
  return answered.did === 'send' ? [answered.answer.value.externalId] : answered.answer.value
}

/** How long the provider wants no further call although it did what was asked. */
export const pauseIn = ({ did, answer }: Answered): { readonly retryAfter?: Duration } =>
  did === 'send' && answer.ok && 'retryAfter' in answer.value ? { retryAfter: answer.value.retryAfter } : {}

interface Where {
  readonly desk: Desk
  readonly conversation: Conversation
  readonly inbox: ConnectedInbox
  readonly now: Instant
}

/** Events that came before we knew that this is the message's id can be applied now. */
const releaseEvents = ({ desk, inbox }: Where, externalId: ExternalId): void =>
  desk.release(inbox.channel, awaitsMessage(inbox.channelKey, externalId))

/** What its echo brought is needed no longer. */
const confirmed = (part: Part): Part => {
  if (!part.payload?.echoed) return part
  const { echoed: _, ...payload } = part.payload
  return { ...part, payload }
}

const recordSend = (where: Where, { part: sent }: SendCall, answer: Result<SentPart, ChannelError>, isShut: boolean): void => {
  const { desk, conversation, now } = where
  const part = desk.part(sent.id)
  // Its echo was here first and settled it: only an answer with an id has more to say.
  if (!part || (part.state === 'accepted' && !answer.ok)) return
  const { part: settled, error } = settledPart(part, answer, now, isShut)
  recordPart(desk, confirmed(settled), error)
  if (part.externalId !== null && part.externalId !== settled.externalId) returnEcho(desk, conversation, part)
  if (settled.externalId !== null) releaseEvents(where, settled.externalId)
}

/** Only an id that no other part has can be its own. */
const recordLook = (where: Where, { part: looked }: LookCall, ids: readonly ExternalId[]): void => {
  const { desk, now } = where
  const part = desk.part(looked.id)
  if (part?.state !== 'uncertain') return
  const externalId = ids.find((id) => !desk.holder({ inboxId: part.inboxId, externalId: id }))
  if (externalId === undefined) {
    if (isGivenUp(part.claimedAt ?? now, now)) giveUp(desk, part)
    return
  }
  recordPart(desk, { ...part, state: 'accepted', externalId, dueAt: null }, null)
  releaseEvents(where, externalId)
}

/** Notes what the provider answered. Much may have come while it was called, so the part is taken as it stands now. */
export const recordCall = (where: Where, answered: Answered, isShut: boolean): void =>
  answered.did === 'send' ? recordSend(where, answered.call, answered.answer, isShut) : recordLook(where, answered.call, idsIn(answered))
