import type { OpenedAccess } from '#application/inboxes/open-access.ts'
import { askPassage } from '#application/inboxes/provider-gates.ts'
import { type DeliveryOrder, deliveryJob, orderOf } from '#application/messages/delivery-job.ts'
import { awaitsConnection, awaitsProvider, outsideWindow, type SettledPart } from '#application/messages/delivery-outcome.ts'
import { giveUp, recordPart } from '#application/messages/record-part.ts'
import type { Channel, OutgoingPart, SentQuery } from '#application/ports/channel.ts'
import type { Conversation } from '#application/ports/conversations.ts'
import type { Message, Part } from '#application/ports/messages.ts'
import type { Tx } from '#application/ports/unit-of-work.ts'
import { mayReply, type ReplyWindow, type ReplyWindowRules, replyWindow } from '#domain/conversation/reply-window.ts'
import { maySend } from '#domain/inbox/connection.ts'
import type { Passage } from '#domain/inbox/gate.ts'
import { isGivenUp, nextDelivery, nextLook } from '#domain/message/delivery.ts'
import { type Instant, seconds } from '#domain/shared/instant.ts'

/** How the messages of a conversation reach the provider. */
export interface Route {
  readonly channel: Channel & Required<Pick<Channel, 'send'>>
  readonly access: OpenedAccess
  readonly rules: ReplyWindowRules
}

/** The next thing to do after a look at the rows: call the provider, look again, or stop. */
export type Step =
  | { readonly do: 'send'; readonly part: Part; readonly out: OutgoingPart; readonly passage: Passage }
  | { readonly do: 'look'; readonly part: Part; readonly query: SentQuery; readonly passage: Passage }
  | { readonly do: 'look-again' }
  | { readonly do: 'stop' }

/** It waits, but not beyond the end of its window, at which it fails or goes on waiting in the longer one. */
const putOff = async (tx: Tx, { accountId, error: told }: Message, { part, error }: SettledPart, window: ReplyWindow): Promise<Step> => {
  const dueAt = Math.min(part.dueAt ?? Number.POSITIVE_INFINITY, window.closesAt ?? Number.POSITIVE_INFINITY)
  const isTold = told?.code === error?.code && told?.class === error?.class
  await recordPart(tx, accountId, { ...part, dueAt }, isTold ? told : error)
  return { do: 'look-again' }
}

/** Claims a part: from here until its record, a crash leaves it `sending`, which the next look turns into doubt. */
const claim = async (tx: Tx, conversation: Conversation, part: Part, { rules, access }: Route, now: Instant): Promise<Step> => {
  const { accountId } = conversation
  const message = await tx.messages.byId(accountId, part.messageId)
  const someone = await tx.contacts.contactInbox(accountId, conversation.contactInboxId)
  const window = replyWindow(rules, conversation.lastIncomingAt, now)
  if (!message || !someone || part.content === null || !mayReply(window, message.author === 'user')) {
    const { part: refused, error } = outsideWindow(part)
    await recordPart(tx, accountId, refused, error)
    return { do: 'look-again' }
  }
  if (!maySend(access.inbox.state)) return putOff(tx, message, awaitsConnection(part, now), window)
  const passage = await askPassage(tx, access.inbox, now)
  if (passage.may === 'wait') return putOff(tx, message, awaitsProvider(part, passage), window)
  const claimed: Part = { ...part, state: 'sending', claimedAt: now, attempts: part.attempts + 1 }
  await tx.messages.savePart(claimed, null)
  const asHumanAgent = window.state === 'human_agent'
  return { do: 'send', part: claimed, out: { recipient: someone.sourceId, kind: 'text', text: part.content, asHumanAgent }, passage }
}

/** How far the provider's clock may be behind ours. */
const clockSkew = seconds(10)

/** An uncertain part whose look at the provider is due. The look is moved on first, so that of two workers one takes it. */
const look = async (tx: Tx, conversation: Conversation, part: Part, { channel, access }: Route, now: Instant): Promise<Step> => {
  const claimedAt = part.claimedAt ?? now
  const moved: Part = { ...part, dueAt: nextLook(claimedAt, now) }
  await tx.messages.savePart(moved, null)
  const someone = await tx.contacts.contactInbox(conversation.accountId, conversation.contactInboxId)
  if (channel.findSent && someone && part.content !== null && maySend(access.inbox.state)) {
    const passage = await askPassage(tx, access.inbox, now)
    const query = { recipient: someone.sourceId, text: part.content, since: claimedAt - clockSkew }
    if (passage.may !== 'wait') return { do: 'look', part: moved, query, passage }
  }
  if (isGivenUp(claimedAt, now)) await giveUp(tx, conversation.accountId, moved)
  return { do: 'look-again' }
}

/** Looks at what is unsettled in a conversation that is locked, and does what needs no call. */
export const nextStepIn = async (tx: Tx, conversation: Conversation, route: Route, now: Instant): Promise<Step> => {
  const next = nextDelivery(await tx.messages.unsettled([conversation.id]), now)
  if (next.do === 'rest') return { do: 'stop' }
  if (next.do === 'wait') {
    await tx.jobs.enqueue([deliveryJob(orderOf(conversation), next.until)])
    return { do: 'stop' }
  }
  if (next.do === 'claim') return claim(tx, conversation, next.part, route, now)
  if (next.do === 'look') return look(tx, conversation, next.part, route, now)
  await recordPart(tx, conversation.accountId, { ...next.part, state: 'uncertain', dueAt: now }, null)
  return { do: 'look-again' }
}

/** The same, of one that is not locked yet. */
export const nextStep = async (tx: Tx, { accountId, conversationId }: DeliveryOrder, route: Route, now: Instant): Promise<Step> => {
  const conversation = await tx.conversations.byId(accountId, conversationId)
  return conversation ? nextStepIn(tx, conversation, route, now) : { do: 'stop' }
}
