import { allowCalls, type WantedCall } from '#application/inboxes/pacing.ts'
import { askPassages, reportCall } from '#application/inboxes/provider-gates.ts'
import type { DeliveryOrder } from '#application/messages/delivery-job.ts'
import { atDesk } from '#application/messages/desk.ts'
import {
  begin,
  delay,
  type LookCall,
  lookAgain,
  nextStep,
  type Route,
  type SendCall,
  type Situation,
  type Step,
  stop,
} from '#application/messages/next-step.ts'
import { callKindOf } from '#application/messages/part-content.ts'
import { type Answered, idsIn, pauseIn, recordCall } from '#application/messages/record-call.ts'
import type { Conversation } from '#application/ports/conversations.ts'
import type { Tx } from '#application/ports/unit-of-work.ts'
import type { Duration, Instant } from '#domain/shared/instant.ts'
import { ok } from '#domain/shared/result.ts'

/** A conversation that is being delivered comes to hear what to do next, and tells what became of the call before. */
export interface Turn {
  readonly order: DeliveryOrder
  readonly route: Route
  readonly answered?: Answered | undefined
  /** It comes back when it was told to. */
  readonly hasWaited?: boolean
  /** It can come back without a job. */
  readonly mayWait?: boolean
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
  return nextStep(situation)
}

/** A call that a conversation could make now. */
interface Wish {
  readonly place: number
  readonly turn: Turn
  readonly situation: Situation
  readonly call: SendCall | LookCall
}

const wishes = (wish: Omit<Wish, 'call'>, step: Step): Wish[] => (step.do === 'send' || step.do === 'look' ? [{ ...wish, call: step }] : [])

/**
 * So long a message may wait for its time in the hands of the worker that is going to send it, ms; one that was sent away before, and came
 * late, may wait longer than be sent away again.
 */
const leads: { readonly first: Duration; readonly again: Duration } = { first: 60, again: 300 }

const wantedCall = ({ turn, situation: { route }, call }: Wish): WantedCall => {
  const { inbox } = route.access
  if (call.do === 'look') return { inbox, kind: 'reads', rates: route.rates, hasWaited: true, lead: 0, patience: 0 }
  // One that is to try a way that was shut has waited longest of all.
  const hasWaited = turn.hasWaited === true || call.part.dueAt !== null || call.passage.may === 'probe'
  return {
    inbox,
    kind: callKindOf(call.part),
    rates: route.rates,
    hasWaited,
    lead: leads.first,
    patience: hasWaited ? leads.again : leads.first,
  }
}

/** Whoever waits longer than this is written down, ms: what a process has in its memory ends with it. */
const longestWait: Duration = 10_000

const isSoon = ({ turn, call }: Wish, until: Instant, now: Instant): boolean =>
  turn.mayWait === true && call.do === 'send' && until - now <= longestWait

/** Begins the calls that may be made now; conversations whose call may not, or that somebody else begins to call for, are looked at anew. */
const callInTurn = async (tx: Tx, wanted: readonly Wish[], steps: Step[], now: Instant): Promise<void> => {
  for (let left = wanted; left.length > 0; ) {
    const firsts = [...new Map(left.toReversed().map((wish) => [wish.situation.conversation.id, wish])).values()].toReversed()
    const others = left.filter((wish) => !firsts.includes(wish))
    const allowances = await allowCalls(tx, firsts.map(wantedCall), now)
    const later: Wish[] = []
    const lookAnew = async (wish: Wish): Promise<void> => {
      const step = await nextStep(wish.situation)
      steps[wish.place] = step
      later.push(...wishes(wish, step))
    }
    for (const [n, wish] of firsts.entries()) {
      const allowance = allowances[n]
      if (allowance?.may === 'wait' && isSoon(wish, allowance.until, now)) steps[wish.place] = { do: 'come-back', at: allowance.until }
      else if (allowance?.may === 'wait') {
        delay(wish.situation, wish.call, allowance.until)
        await lookAnew(wish)
      } else steps[wish.place] = begin(wish.situation, wish.call, allowance?.at ?? now)
    }
    for (const wish of others) await lookAnew(wish)
    left = later
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
    const wanted: Wish[] = []
    for (const [place, turn] of turns.entries()) {
      const conversation = locked.get(turn.order.conversationId)
      const situation = conversation && { desk, conversation, route: turn.route, now, askPassage }
      const step = situation ? await takeTurn(situation, turn, shut.has(turn)) : stop
      steps.push(step)
      if (situation) wanted.push(...wishes({ place, turn, situation }, step))
    }
    await callInTurn(tx, wanted, steps, now)
    return steps
  })
}
