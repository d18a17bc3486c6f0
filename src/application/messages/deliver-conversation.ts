import type { OpenAccess } from '#application/inboxes/open-access.ts'
import type { ReportRefusal } from '#application/inboxes/report-refusal.ts'
import { type JobOutcome, jobDone } from '#application/job-outcome.ts'
import type { DeliveryOrder } from '#application/messages/delivery-job.ts'
import { nextStep, nextStepIn, type Route, type Step } from '#application/messages/next-step.ts'
import { recordLook, recordSend } from '#application/messages/record-call.ts'
import type { Channel, ChannelError, Channels } from '#application/ports/channel.ts'
import type { Clock } from '#application/ports/clock.ts'
import type { Tx, UnitOfWork } from '#application/ports/unit-of-work.ts'
import { maySend } from '#domain/inbox/connection.ts'
import type { AccountId, InboxId } from '#domain/shared/ids.ts'
import { ok } from '#domain/shared/result.ts'

/** Sends what is due in a conversation, in order, one call at a time, until nothing is. Safe to run twice at once. */
export type DeliverConversation = (order: DeliveryOrder) => Promise<JobOutcome>

interface Dependencies {
  readonly channels: Channels
  readonly unitOfWork: UnitOfWork
  readonly openAccess: OpenAccess
  readonly reportRefusal: ReportRefusal
  readonly clock: Clock
}

/** What a call leaves to be done, and what went wrong with it. */
interface Done {
  readonly next: Step
  readonly error?: ChannelError
}

const again: Step = { do: 'look-again' }

const isCalled = (channel: Channel | undefined): channel is Route['channel'] => channel?.send !== undefined

export const createDeliverConversation = ({
  channels,
  unitOfWork,
  openAccess,
  reportRefusal,
  clock,
}: Dependencies): DeliverConversation => {
  const inOne = async <T>(work: (tx: Tx) => Promise<T>): Promise<T> => {
    const done = await unitOfWork.run(async (tx) => ok(await work(tx)))
    if (!done.ok) throw new Error('cannot happen: the work answers ok')
    return done.value
  }

  /** Where nothing may be sent no token is needed: what is written there is held. */
  const withoutToken = async (accountId: AccountId, inboxId: InboxId): Promise<Route['access'] | undefined> => {
    const inbox = await inOne((tx) => tx.inboxes.find(accountId, inboxId))
    return inbox && !maySend(inbox.state) ? { inbox, channelKey: inbox.channelKey, token: '', issuedAt: 0 } : undefined
  }

  const findRoute = async ({ accountId, inboxId }: DeliveryOrder): Promise<Route | undefined> => {
    const access = (await openAccess(accountId, inboxId)) ?? (await withoutToken(accountId, inboxId))
    const channel = access && channels.get(access.inbox.channel)
    return access && isCalled(channel) ? { channel, access, rules: await channel.replyWindow() } : undefined
  }

  /** The call of a step and its record. What went well is recorded and followed by the next claim in one transaction. */
  const send = async (route: Route, step: Step & { readonly do: 'send' }): Promise<Done> => {
    const { channel, access } = route
    const answer = await channel.send(access, step.out)
    return inOne(async (tx): Promise<Done> => {
      const conversation = await recordSend(tx, access.inbox, step, answer, clock.now())
      if (!answer.ok) return { error: answer.error, next: again }
      return { next: conversation ? await nextStepIn(tx, conversation, route, clock.now()) : again }
    })
  }

  const look = async ({ channel, access }: Route, step: Step & { readonly do: 'look' }): Promise<Done> => {
    const answer = (await channel.findSent?.(access, step.query)) ?? ok([])
    await inOne((tx) => recordLook(tx, access.inbox, step, answer, clock.now()))
    return answer.ok ? { next: again } : { error: answer.error, next: again }
  }

  return async (order) => {
    let step: Step = again
    for (let route = await findRoute(order); route !== undefined && step.do !== 'stop'; ) {
      const here = route
      if (step.do === 'look-again') {
        step = await inOne((tx) => nextStep(tx, order, here, clock.now()))
        continue
      }
      const { next, error }: Done = await (step.do === 'send' ? send(here, step) : look(here, step))
      step = next
      if (!error) continue
      await reportRefusal(here.access, error)
      if (error.code === 'channel.unauthorized') route = await findRoute(order)
    }
    return jobDone
  }
}
