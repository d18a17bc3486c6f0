import { inOne } from '#application/in-one.ts'
import type { OpenAccess } from '#application/inboxes/open-access.ts'
import type { ReportRefusal } from '#application/inboxes/report-refusal.ts'
import { type JobOutcome, jobDone } from '#application/job-outcome.ts'
import type { OpenFile } from '#application/media/open-file.ts'
import type { DeliveryOrder } from '#application/messages/delivery-job.ts'
import type { LookCall, Route, SendCall, Step } from '#application/messages/next-step.ts'
import { sayingOf } from '#application/messages/part-content.ts'
import type { Answered } from '#application/messages/record-call.ts'
import { type Turn, takeTurns } from '#application/messages/take-turns.ts'
import type { Channel, Channels } from '#application/ports/channel.ts'
import type { Clock, WaitUntil } from '#application/ports/clock.ts'
import type { Place } from '#application/ports/place.ts'
import type { UnitOfWork } from '#application/ports/unit-of-work.ts'
import { leftOut, together } from '#application/together.ts'
import { maySend } from '#domain/inbox/connection.ts'
import type { AccountId, InboxId } from '#domain/shared/ids.ts'
import { ok } from '#domain/shared/result.ts'

/**
 * Sends what is due in a conversation, in order, one call at a time, until nothing is. Safe to run twice at once. With a place that it may
 * leave, it waits for its turn in memory; without one, or for longer, in its rows and a job.
 */
export type DeliverConversation = (order: DeliveryOrder, place?: Place) => Promise<JobOutcome>

interface Dependencies {
  readonly channels: Channels
  readonly unitOfWork: UnitOfWork
  readonly openAccess: OpenAccess
  readonly reportRefusal: ReportRefusal
  /** The files that an account sends. */
  readonly openFile: (accountId: AccountId) => OpenFile
  readonly clock: Clock
  readonly waitUntil: WaitUntil
}

const isCalled = (channel: Channel | undefined): channel is Route['channel'] => channel?.send !== undefined

const createFindRoute = ({ channels, unitOfWork, openAccess }: Dependencies) => {
  /** Where nothing may be sent no token is needed: what is written there is held. */
  const withoutToken = async (accountId: AccountId, inboxId: InboxId): Promise<Route['access'] | undefined> => {
    const inbox = await inOne(unitOfWork, (tx) => tx.inboxes.find(accountId, inboxId))
    return inbox && !maySend(inbox.state) ? { inbox, channelKey: inbox.channelKey, token: '', issuedAt: 0 } : undefined
  }

  return async ({ accountId, inboxId }: DeliveryOrder): Promise<Route | undefined> => {
    const access = (await openAccess(accountId, inboxId)) ?? (await withoutToken(accountId, inboxId))
    const channel = access && channels.get(access.inbox.channel)
    return access && isCalled(channel) ? { channel, access, rules: await channel.replyWindow(), rates: await channel.rates?.() } : undefined
  }
}

/**
 * Turns that come while others are being taken are taken together, in one transaction. A conversation that somebody else has locked
 * is waited for by itself.
 */
const createTakeTurn = ({ unitOfWork, clock }: Dependencies): ((turn: Turn) => Promise<Step>) => {
  return together<Turn, Step>(
    (turns) =>
      inOne(unitOfWork, async (tx) => {
        const free = await tx.conversations.free(turns.map(({ order }) => order.conversationId))
        const here = turns.filter(({ order }) => free.some(({ id }) => id === order.conversationId))
        const steps = await takeTurns(tx, free, here, clock.now())
        return turns.map((turn) => steps[here.indexOf(turn)] ?? leftOut)
      }),
    (turn) =>
      inOne(unitOfWork, async (tx) => {
        const [step] = await takeTurns(tx, await tx.conversations.byIds([turn.order.conversationId]), [turn], clock.now())
        return step ?? { do: 'stop' }
      }),
  )
}

const createMakeCall =
  (openFile: Dependencies['openFile']) =>
  async ({ channel, access }: Route, call: SendCall | LookCall): Promise<Answered> => {
    if (call.do === 'look') return { did: 'look', call, answer: (await channel.findSent?.(access, call.query)) ?? ok([]) }
    const saying = await sayingOf(call.part, openFile(access.inbox.accountId))
    return { did: 'send', call, answer: await channel.send(access, { ...saying, ...call.to }) }
  }

export const createDeliverConversation = (dependencies: Dependencies): DeliverConversation => {
  const findRoute = createFindRoute(dependencies)
  const takeTurn = createTakeTurn(dependencies)
  const makeCall = createMakeCall(dependencies.openFile)

  return async (order, place) => {
    let answered: Answered | undefined
    let [hasWaited, mayWait] = [false, place !== undefined]
    for (let route = await findRoute(order); route; ) {
      const step = await takeTurn({ order, route, answered, hasWaited, mayWait })
      hasWaited = step.do === 'come-back'
      if (answered && !answered.answer.ok) {
        const { error } = answered.answer
        await dependencies.reportRefusal(route.access, error)
        if (error.code === 'channel.unauthorized') route = await findRoute(order)
      }
      if (step.do === 'stop') break
      if (step.do === 'come-back') mayWait = (await place?.leaveUntil(step.at)) === true
      if (step.do === 'send' && step.part.claimedAt !== null) await dependencies.waitUntil(step.part.claimedAt)
      answered = step.do === 'look-again' || step.do === 'come-back' || !route ? undefined : await makeCall(route, step)
    }
    return jobDone
  }
}
