import type { OpenAccess } from '#application/inboxes/open-access.ts'
import type { ReportRefusal } from '#application/inboxes/report-refusal.ts'
import { type JobOutcome, jobDone } from '#application/job-outcome.ts'
import type { JobPayloads } from '#application/jobs.ts'
import { outsideWindow, settledPart } from '#application/messages/delivery-outcome.ts'
import { giveUp, recordPart, returnEcho } from '#application/messages/record-part.ts'
import type { Channel, ChannelAccess, ChannelError, Channels, OutgoingPart } from '#application/ports/channel.ts'
import type { Clock } from '#application/ports/clock.ts'
import type { Conversation } from '#application/ports/conversations.ts'
import type { ConnectedInbox } from '#application/ports/inboxes.ts'
import { awaitsMessage } from '#application/ports/intake.ts'
import type { Part } from '#application/ports/messages.ts'
import type { Tx, UnitOfWork } from '#application/ports/unit-of-work.ts'
import { mayReply, type ReplyWindowRules, replyWindow } from '#domain/conversation/reply-window.ts'
import { maySend } from '#domain/inbox/connection.ts'
import { nextDelivery, uncertainLimit } from '#domain/message/delivery.ts'
import type { Instant } from '#domain/shared/instant.ts'
import { ok, type Result } from '#domain/shared/result.ts'

/** Sends what is due in a conversation, in order, one call at a time, until nothing is. Safe to run twice at once. */
export type DeliverConversation = (payload: JobPayloads['deliver-conversation']) => Promise<JobOutcome>

interface Dependencies {
  readonly channels: Channels
  readonly unitOfWork: UnitOfWork
  readonly openAccess: OpenAccess
  readonly reportRefusal: ReportRefusal
  readonly clock: Clock
}

type Payload = JobPayloads['deliver-conversation']

interface Route {
  readonly channel: Channel
  readonly access: ChannelAccess & { readonly inbox: ConnectedInbox }
  readonly rules: ReplyWindowRules
}

/** The next thing to do after a look at the rows: call the provider, look again, or stop. */
type Step =
  | { readonly do: 'send'; readonly part: Part; readonly out: OutgoingPart }
  | { readonly do: 'look-again' }
  | { readonly do: 'stop' }

const wakeLater = (tx: Tx, payload: Payload, at: Instant): Promise<void> =>
  tx.jobs.enqueue([{ name: 'deliver-conversation', key: String(payload.conversationId), payload, at }])

/** Claims a part: from here until its record, a crash leaves it `sending`, which the next look turns into doubt. */
const claim = async (tx: Tx, conversation: Conversation, part: Part, rules: ReplyWindowRules, now: Instant): Promise<Step> => {
  const { accountId } = conversation
  const message = await tx.messages.byId(accountId, part.messageId)
  const someone = await tx.contacts.contactInbox(accountId, conversation.contactInboxId)
  const window = replyWindow(rules, conversation.lastIncomingAt, now)
  if (!message || !someone || part.content === null || !mayReply(window, message.author === 'user')) {
    const { part: refused, error } = outsideWindow(part)
    await recordPart(tx, accountId, refused, error)
    return { do: 'look-again' }
  }
  const claimed: Part = { ...part, state: 'sending', claimedAt: now, attempts: part.attempts + 1 }
  await tx.messages.savePart(claimed, null)
  const asHumanAgent = window.state === 'human_agent'
  return { do: 'send', part: claimed, out: { recipient: someone.sourceId, kind: 'text', text: part.content, asHumanAgent } }
}

const nextStep = async (tx: Tx, payload: Payload, route: Route, now: Instant): Promise<Step> => {
  const conversation = await tx.conversations.byId(payload.accountId, payload.conversationId)
  if (!conversation) return { do: 'stop' }
  const next = nextDelivery(await tx.messages.unsettled([conversation.id]), now)
  if (next.do === 'rest') return { do: 'stop' }
  if (next.do === 'wait') {
    await wakeLater(tx, payload, next.until)
    return { do: 'stop' }
  }
  if (next.do === 'doubt') await recordPart(tx, payload.accountId, { ...next.part, state: 'uncertain', dueAt: now + uncertainLimit }, null)
  if (next.do === 'give-up') await giveUp(tx, payload.accountId, next.part)
  if (next.do !== 'claim') return { do: 'look-again' }
  if (!maySend(route.access.inbox.state)) {
    await recordPart(tx, payload.accountId, { ...next.part, state: 'held' }, null)
    return { do: 'stop' }
  }
  return claim(tx, conversation, next.part, route.rules, now)
}

export const createDeliverConversation = ({
  channels,
  unitOfWork,
  openAccess,
  reportRefusal,
  clock,
}: Dependencies): DeliverConversation => {
  const findRoute = async ({ accountId, conversationId }: Payload): Promise<Route | undefined> => {
    const conversation = await unitOfWork.run(async (tx) => ok(await tx.conversations.byId(accountId, conversationId)))
    if (!conversation.ok || !conversation.value) return undefined
    const access = await openAccess(accountId, conversation.value.inboxId)
    const channel = access && channels.get(access.inbox.channel)
    return channel && { channel, access, rules: await channel.replyWindow() }
  }

  const record = (
    { access: { inbox } }: Route,
    payload: Payload,
    sent: Part,
    answer: Result<{ readonly externalId: string }, ChannelError>,
  ) =>
    unitOfWork.run(async (tx) => {
      const conversation = await tx.conversations.byId(payload.accountId, payload.conversationId)
      const part = (await tx.messages.parts(sent.messageId)).find((each) => each.id === sent.id)
      if (!conversation || !part) return ok(null)
      const { part: settled, error } = settledPart(part, answer, clock.now())
      // Its echo was here first and settled it: only an answer with an id has more to say.
      if (part.state === 'accepted' && !answer.ok) return ok(null)
      await recordPart(tx, payload.accountId, settled, error)
      if (part.externalId !== null && part.externalId !== settled.externalId) await returnEcho(tx, conversation, part)
      if (settled.externalId !== null) await tx.intake.release(inbox.channel, [awaitsMessage(inbox.channelKey, settled.externalId)])
      return ok(null)
    })

  return async (payload) => {
    const route = await findRoute(payload)
    if (!route) return jobDone
    for (;;) {
      const step = await unitOfWork.run(async (tx) => ok(await nextStep(tx, payload, route, clock.now())))
      if (!step.ok || step.value.do === 'stop') return jobDone
      if (step.value.do === 'look-again') continue
      const answer = await route.channel.send(route.access, step.value.out)
      await record(route, payload, step.value.part, answer)
      if (!answer.ok) await reportRefusal(route.access.inbox.inboxId, answer.error)
      if (!answer.ok && answer.error.code === 'channel.unauthorized') return jobDone
    }
  }
}
