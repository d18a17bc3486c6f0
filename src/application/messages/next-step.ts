import type { OpenedAccess } from '#application/inboxes/open-access.ts'
import { deliveryJob, orderOf } from '#application/messages/delivery-job.ts'
import { awaitsConnection, awaitsProvider, outsideWindow, type SettledPart } from '#application/messages/delivery-outcome.ts'
import type { Desk } from '#application/messages/desk.ts'
import { saysSomething, signOf } from '#application/messages/part-content.ts'
import { giveUp, recordPart } from '#application/messages/record-part.ts'
import type { Channel } from '#application/ports/channel.ts'
import type { Conversation } from '#application/ports/conversations.ts'
import type { ConnectedInbox } from '#application/ports/inboxes.ts'
import type { Part } from '#application/ports/messages.ts'
import type { SentQuery } from '#application/ports/outgoing.ts'
import type { Rates } from '#application/ports/paces.ts'
import { commentWindow, mayReply, type ReplyWindow, type ReplyWindowRules, replyWindow } from '#domain/conversation/reply-window.ts'
import { maySend } from '#domain/inbox/connection.ts'
import type { Passage } from '#domain/inbox/gate.ts'
import { isGivenUp, nextDelivery, nextLook } from '#domain/message/delivery.ts'
import type { ExternalId } from '#domain/shared/ids.ts'
import { type Instant, seconds } from '#domain/shared/instant.ts'

/** How the messages of a conversation reach the provider. */
export interface Route {
  readonly channel: Channel & Required<Pick<Channel, 'send'>>
  readonly access: OpenedAccess
  readonly rules: ReplyWindowRules
  /** How often the account may be called; undefined where nobody counts. */
  readonly rates: Rates | undefined
}

/** `part` stands in its row as it is here while the provider is called: from `begin` on. */
export interface SendCall {
  readonly do: 'send'
  readonly part: Part
  readonly to: { readonly recipient: ExternalId; readonly asHumanAgent: boolean }
  readonly passage: Passage
}

export interface LookCall {
  readonly do: 'look'
  readonly part: Part
  readonly query: SentQuery
  readonly passage: Passage
}

/** The next thing to do after a look at the rows: call the provider, come back in a moment, look again, or stop. */
export type Step =
  | SendCall
  | LookCall
  | { readonly do: 'come-back'; readonly at: Instant }
  | { readonly do: 'look-again' }
  | { readonly do: 'stop' }

export const lookAgain: Step = { do: 'look-again' }
export const stop: Step = { do: 'stop' }

/** One conversation, locked, and all that its next step depends on. */
export interface Situation {
  readonly desk: Desk
  readonly conversation: Conversation
  readonly route: Route
  readonly now: Instant
  /** May its provider be called? */
  readonly askPassage: (inbox: ConnectedInbox) => Promise<Passage>
}

/** It waits, but not beyond the end of its window, at which it fails or goes on waiting in the longer one. */
const putOff = ({ desk }: Situation, { part, error }: SettledPart, window: ReplyWindow): Step => {
  const told = desk.message(part.messageId)?.error
  const dueAt = Math.min(part.dueAt ?? Number.POSITIVE_INFINITY, window.closesAt ?? Number.POSITIVE_INFINITY)
  const isTold = told?.code === error?.code && told?.class === error?.class
  recordPart(desk, { ...part, dueAt }, isTold && told ? told : error)
  return lookAgain
}

/** In which time it may leave. */
export const windowOf = (part: Part, rules: ReplyWindowRules, { lastIncomingAt }: Conversation, now: Instant): ReplyWindow =>
  part.payload?.comment ? commentWindow(part.payload.comment.until, now) : replyWindow(rules, lastIncomingAt, now)

/** A part that may leave, as far as its conversation and the way to its provider are concerned. */
const claim = async (situation: Situation, part: Part): Promise<Step> => {
  const { desk, conversation, route, now, askPassage } = situation
  const { inbox } = route.access
  const window = windowOf(part, route.rules, conversation, now)
  if (!saysSomething(part) || !mayReply(window, desk.message(part.messageId)?.author === 'user')) {
    const { part: refused, error } = outsideWindow(part)
    recordPart(desk, refused, error)
    return lookAgain
  }
  if (!maySend(inbox.state)) return putOff(situation, awaitsConnection(part, now), window)
  const passage = await askPassage(inbox)
  if (passage.may === 'wait') return putOff(situation, awaitsProvider(part, passage), window)
  const claimed: Part = { ...part, state: 'sending', claimedAt: now, attempts: part.attempts + 1 }
  const asHumanAgent = window.state === 'human_agent'
  return { do: 'send', part: claimed, to: { recipient: conversation.sourceId, asHumanAgent }, passage }
}

/** How far the provider's clock may be behind ours. */
const clockSkew = seconds(10)

/** An uncertain part whose look at the provider is due. */
const look = async ({ desk, conversation, route, now, askPassage }: Situation, part: Part): Promise<Step> => {
  const { inbox } = route.access
  const claimedAt = part.claimedAt ?? now
  const moved: Part = { ...part, dueAt: nextLook(claimedAt, now) }
  if (route.channel.findSent && maySend(inbox.state)) {
    const passage = await askPassage(inbox)
    const query = { recipient: conversation.sourceId, ...signOf(part), since: claimedAt - clockSkew }
    if (passage.may !== 'wait') return { do: 'look', part: moved, query, passage }
  }
  if (isGivenUp(claimedAt, now)) giveUp(desk, moved)
  else desk.putPart(moved, null)
  return lookAgain
}

/**
 * The call is made at that time. From here until its record a crash leaves a claimed part `sending`, which the next look turns into doubt; a look is
 * moved on, so that of two workers one takes it.
 */
export const begin = ({ desk }: Situation, call: SendCall | LookCall, at: Instant): Step => {
  const begun = call.do === 'send' ? { ...call, part: { ...call.part, claimedAt: at } } : call
  desk.putPart(begun.part, null)
  return begun
}

/** Too much was sent lately: it is made later. */
export const delay = (situation: Situation, { do: what, part: { id } }: SendCall | LookCall, dueAt: Instant): void => {
  const { desk, conversation, route, now } = situation
  const part = desk.part(id)
  if (!part) return
  if (what === 'look') desk.putPart({ ...part, dueAt }, null)
  else putOff(situation, { part: { ...part, dueAt }, error: null }, windowOf(part, route.rules, conversation, now))
}

/** Looks at what is unsettled in a conversation, and does what needs no call. */
const lookOnce = async (situation: Situation): Promise<Step> => {
  const { desk, conversation, now } = situation
  const next = nextDelivery(desk.unsettled(conversation.id), now)
  switch (next.do) {
    case 'rest':
      return stop
    case 'wait':
      desk.enqueue(deliveryJob(orderOf(conversation), next.until))
      return stop
    case 'claim':
      return claim(situation, next.part)
    case 'look':
      return look(situation, next.part)
    case 'doubt':
      recordPart(desk, { ...next.part, state: 'uncertain', dueAt: now }, null)
      return lookAgain
  }
}

/** What to do next; where that is a call, it is not begun yet. */
export const nextStep = async (situation: Situation): Promise<Step> => {
  for (;;) {
    const step = await lookOnce(situation)
    if (step.do !== 'look-again') return step
  }
}
