import type { OpenAccess } from '#application/inboxes/open-access.ts'
import type { ReportRefusal } from '#application/inboxes/report-refusal.ts'
import { type JobOutcome, jobDone } from '#application/job-outcome.ts'
import type { JobPayloads } from '#application/jobs.ts'
import { nextStep, type Route, type Step } from '#application/messages/next-step.ts'
import { recordLook, recordSend } from '#application/messages/record-call.ts'
import type { Channel, ChannelError, Channels } from '#application/ports/channel.ts'
import type { Clock } from '#application/ports/clock.ts'
import type { UnitOfWork } from '#application/ports/unit-of-work.ts'
import { maySend } from '#domain/inbox/connection.ts'
import type { AccountId, InboxId } from '#domain/shared/ids.ts'
import { ok } from '#domain/shared/result.ts'

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

const isCalled = (channel: Channel | undefined): channel is Route['channel'] => channel?.send !== undefined

export const createDeliverConversation = ({
  channels,
  unitOfWork,
  openAccess,
  reportRefusal,
  clock,
}: Dependencies): DeliverConversation => {
  /** Where nothing may be sent no token is needed: what is written there is held. */
  const withoutToken = async (accountId: AccountId, inboxId: InboxId): Promise<Route['access'] | undefined> => {
    const found = await unitOfWork.run(async (tx) => ok(await tx.inboxes.find(accountId, inboxId)))
    if (!found.ok || !found.value || maySend(found.value.state)) return undefined
    return { inbox: found.value, channelKey: found.value.channelKey, token: '', issuedAt: 0 }
  }

  const findRoute = async ({ accountId, conversationId }: Payload): Promise<Route | undefined> => {
    const conversation = await unitOfWork.run(async (tx) => ok(await tx.conversations.byId(accountId, conversationId)))
    if (!conversation.ok || !conversation.value) return undefined
    const { inboxId } = conversation.value
    const access = (await openAccess(accountId, inboxId)) ?? (await withoutToken(accountId, inboxId))
    const channel = access && channels.get(access.inbox.channel)
    return access && isCalled(channel) ? { channel, access, rules: await channel.replyWindow() } : undefined
  }

  /** The call of a step and its record: what came of it, where it did not go well. */
  const call = async ({ channel, access }: Route, step: Step & { readonly do: 'send' | 'look' }): Promise<ChannelError | undefined> => {
    const { inbox } = access
    if (step.do === 'send') {
      const answer = await channel.send(access, step.out)
      await unitOfWork.run(async (tx) => ok(await recordSend(tx, inbox, step, answer, clock.now())))
      return answer.ok ? undefined : answer.error
    }
    const answer = (await channel.findSent?.(access, step.query)) ?? ok([])
    await unitOfWork.run(async (tx) => ok(await recordLook(tx, inbox, step, answer, clock.now())))
    return answer.ok ? undefined : answer.error
  }

  return async (payload) => {
    for (let route = await findRoute(payload); route !== undefined; ) {
      const here = route
      const step = await unitOfWork.run(async (tx) => ok(await nextStep(tx, payload, here, clock.now())))
      if (!step.ok || step.value.do === 'stop') return jobDone
      if (step.value.do === 'look-again') continue
      const error = await call(here, step.value)
      if (!error) continue
      await reportRefusal(here.access, error)
      if (error.code === 'channel.unauthorized') route = await findRoute(payload)
    }
    return jobDone
  }
}
