import type { OpenAccess } from '#application/inboxes/open-access.ts'
import { reportCall } from '#application/inboxes/provider-gates.ts'
import type { ReportRefusal } from '#application/inboxes/report-refusal.ts'
import { type JobOutcome, jobDone } from '#application/job-outcome.ts'
import type { JobPayloads } from '#application/jobs.ts'
import { settledPart } from '#application/messages/delivery-outcome.ts'
import { nextStep, type Route, type Step } from '#application/messages/next-step.ts'
import { recordPart, returnEcho } from '#application/messages/record-part.ts'
import type { ChannelError, Channels, SentPart } from '#application/ports/channel.ts'
import type { Clock } from '#application/ports/clock.ts'
import type { ConnectedInbox } from '#application/ports/inboxes.ts'
import { awaitsMessage } from '#application/ports/intake.ts'
import type { UnitOfWork } from '#application/ports/unit-of-work.ts'
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
    inbox: ConnectedInbox,
    payload: Payload,
    { part: sent, passage }: Step & { readonly do: 'send' },
    answer: Result<SentPart, ChannelError>,
  ) =>
    unitOfWork.run(async (tx) => {
      const conversation = await tx.conversations.byId(payload.accountId, payload.conversationId)
      const part = (await tx.messages.parts(sent.messageId)).find((each) => each.id === sent.id)
      const now = clock.now()
      const isShut = await reportCall(tx, inbox, passage, answer, now)
      // Its echo was here first and settled it: only an answer with an id has more to say.
      if (conversation && part && (part.state !== 'accepted' || answer.ok)) {
        const { part: settled, error } = settledPart(part, answer, now, isShut)
        await recordPart(tx, payload.accountId, settled, error)
        if (part.externalId !== null && part.externalId !== settled.externalId) await returnEcho(tx, conversation, part)
        if (settled.externalId !== null) await tx.intake.release(inbox.channel, [awaitsMessage(inbox.channelKey, settled.externalId)])
      }
      return ok(null)
    })

  return async (payload) => {
    for (let route = await findRoute(payload); route !== undefined; ) {
      const { channel, access } = route
      const here = route
      const step = await unitOfWork.run(async (tx) => ok(await nextStep(tx, payload, here, clock.now())))
      if (!step.ok || step.value.do === 'stop') return jobDone
      if (step.value.do === 'look-again') continue
      const answer = await channel.send(access, step.value.out)
      await record(access.inbox, payload, step.value, answer)
      if (answer.ok) continue
      await reportRefusal(access.inbox.inboxId, answer.error)
      if (answer.error.code === 'channel.unauthorized') route = await findRoute(payload)
    }
    return jobDone
  }
}
