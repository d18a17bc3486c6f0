import { reportCall } from '#application/inboxes/provider-gates.ts'
import { settledPart } from '#application/messages/delivery-outcome.ts'
import type { Step } from '#application/messages/next-step.ts'
import { giveUp, recordPart, returnEcho } from '#application/messages/record-part.ts'
import type { ChannelError, SentPart } from '#application/ports/channel.ts'
import type { Conversation } from '#application/ports/conversations.ts'
import type { ConnectedInbox } from '#application/ports/inboxes.ts'
import { awaitsMessage } from '#application/ports/intake.ts'
import type { Part } from '#application/ports/messages.ts'
import type { Tx } from '#application/ports/unit-of-work.ts'
import { isGivenUp } from '#domain/message/delivery.ts'
import type { ExternalId } from '#domain/shared/ids.ts'
import type { Instant } from '#domain/shared/instant.ts'
import { ok, type Result } from '#domain/shared/result.ts'

/** The part as it stands now, with its conversation locked: much may have come while the provider was called. */
const standing = async (
  tx: Tx,
  { accountId }: ConnectedInbox,
  { id, messageId, conversationId }: Part,
): Promise<{ readonly conversation: Conversation; readonly part: Part } | undefined> => {
  const conversation = await tx.conversations.byId(accountId, conversationId)
  const part = (await tx.messages.parts(messageId)).find((each) => each.id === id)
  return conversation && part && { conversation, part }
}

/** Events that came before we knew that this is the message's id can be applied now. */
const releaseEvents = (tx: Tx, { channel, channelKey }: ConnectedInbox, externalId: ExternalId): Promise<unknown> =>
  tx.intake.release(channel, [awaitsMessage(channelKey, externalId)])

/** Writes down what the provider answered to a send; answers the conversation, now locked, where it is still there. */
export const recordSend = async (
  tx: Tx,
  inbox: ConnectedInbox,
  { part: sent, passage }: Step & { readonly do: 'send' },
  answer: Result<SentPart, ChannelError>,
  now: Instant,
): Promise<Conversation | undefined> => {
  const found = await standing(tx, inbox, sent)
  const isShut = await reportCall(tx, inbox, passage, answer, now)
  // Its echo was here first and settled it: only an answer with an id has more to say.
  if (!found || (found.part.state === 'accepted' && !answer.ok)) return found?.conversation
  const { conversation, part } = found
  const { part: settled, error } = settledPart(part, answer, now, isShut)
  await recordPart(tx, inbox.accountId, settled, error)
  if (part.externalId !== null && part.externalId !== settled.externalId) await returnEcho(tx, conversation, part)
  if (settled.externalId !== null) await releaseEvents(tx, inbox, settled.externalId)
  return conversation
}

/** Writes down whether an uncertain part was found at the provider. Only an id that no other part has can be its own. */
export const recordLook = async (
  tx: Tx,
  inbox: ConnectedInbox,
  { part: looked, passage }: Step & { readonly do: 'look' },
  answer: Result<readonly ExternalId[], ChannelError>,
  now: Instant,
): Promise<void> => {
  const found = await standing(tx, inbox, looked)
  await reportCall(tx, inbox, passage, answer.ok ? ok({}) : answer, now)
  if (found?.part.state !== 'uncertain') return
  const { part } = found
  const ids = answer.ok ? answer.value : []
  const taken = await tx.messages.byExternalIds(ids.map((externalId) => ({ inboxId: part.inboxId, externalId })))
  const externalId = ids.find((id) => !taken.some((message) => message.externalId === id))
  if (externalId === undefined) {
    if (isGivenUp(part.claimedAt ?? now, now)) await giveUp(tx, inbox.accountId, part)
    return
  }
  await recordPart(tx, inbox.accountId, { ...part, state: 'accepted', externalId, dueAt: null }, null)
  await releaseEvents(tx, inbox, externalId)
}
