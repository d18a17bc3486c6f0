import { askPassages, reportCall } from '#application/inboxes/provider-gates.ts'
import type { DeliveryOrder } from '#application/messages/delivery-job.ts'
import { atDesk } from '#application/messages/desk.ts'
import { lookAgain, nextStep, type Route, type Situation, type Step, stop } from '#application/messages/next-step.ts'
import { type Answered, idsIn, pauseIn, recordCall } from '#application/messages/record-call.ts'
import type { Conversation } from '#application/ports/conversations.ts'
import type { Tx } from '#application/ports/unit-of-work.ts'
import type { Instant } from '#domain/shared/instant.ts'
import { ok } from '#domain/shared/result.ts'

/** A conversation that is being delivered comes to hear what to do next, and tells what became of the call before. */
export interface Turn {
  readonly order: DeliveryOrder
  readonly route: Route
  readonly answered?: Answered | undefined
}

/** Tells the gates how the call went; answers whether they are shut now. */
const report = async (tx: Tx, { route, answered }: Turn, now: Instant): Promise<boolean> => {
  if (!answered) return false
  const { call, answer } = answered
  return reportCall(tx, route.access.inbox, call.passage, answer.ok ? ok(pauseIn(answered)) : answer, now)
}

const takeTurn = async (situation: Situation, { answered, route }: Turn, isShut: boolean): Promise<Step> => {
  if (answered) recordCall({ ...situation, inbox: route.access.inbox }, answered, isShut)
  // Whether its way is still there is looked at before anything else is sent.
  if (answered && !answered.answer.ok) return lookAgain
  for (;;) {
    const step = await nextStep(situation)
    if (step.do !== 'look-again') return step
  }
}

/**
 * Writes down what was answered and claims what is next, for each turn in its order as if it were alone. The caller holds the locks
 * of `conversations`; of one that is not among them nothing is left.
 */
export const takeTurns = async (
  tx: Tx,
  conversations: readonly Conversation[],
  turns: readonly Turn[],
  now: Instant,
): Promise<readonly Step[]> => {
  const shut = new Set<Turn>()
  for (const turn of turns) if (await report(tx, turn, now)) shut.add(turn)
  const inboxes = turns.map(({ route }) => route.access.inbox)
  const askPassage = await askPassages(tx, inboxes, now)
  const answers = turns.flatMap(({ answered }) => answered ?? [])
  const needed = {
    messageIds: answers.map(({ call }) => call.part.messageId),
    externalIds: answers.flatMap((each) => idsIn(each).map((externalId) => ({ inboxId: each.call.part.inboxId, externalId }))),
  }
  const locked = new Map(conversations.map((conversation) => [conversation.id, conversation]))
  return atDesk(tx, conversations, needed, async (desk) => {
    const steps: Step[] = []
    for (const turn of turns) {
      const conversation = locked.get(turn.order.conversationId)
      const situation = conversation && { desk, conversation, route: turn.route, now, askPassage }
      steps.push(situation ? await takeTurn(situation, turn, shut.has(turn)) : stop)
    }
    return steps
  })
}
