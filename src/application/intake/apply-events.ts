import { applyAmendments } from '#application/intake/apply-amendments.ts'
import { createApplyMessages } from '#application/intake/apply-messages.ts'
import { applyReceipts } from '#application/intake/apply-receipts.ts'
import type { ChannelEvent, EventKind } from '#application/intake/channel-event.ts'
import { lateEchoes } from '#application/intake/erased-people.ts'
import { type ApplyKinds, done, type InboxEvent } from '#application/intake/inbox-event.ts'
import type { Rendering } from '#application/messages/fill-in.ts'
import type { Clock } from '#application/ports/clock.ts'
import type { Ids } from '#application/ports/ids.ts'
import { awaitsInbox, type EventOutcome, type SettledEvent, type StoredEvent } from '#application/ports/intake.ts'
import type { PersonMarks } from '#application/ports/person-marks.ts'
import type { Tx } from '#application/ports/unit-of-work.ts'
import type { InboxId } from '#domain/shared/ids.ts'

/** Makes contacts, conversations and messages of events, in their order per contact. Applying an event twice changes nothing. */
export type ApplyEvents = (tx: Tx, events: readonly StoredEvent[], rules: IntakeRules) => Promise<readonly SettledEvent[]>

/** What the installation chose, read before the transaction. */
export interface IntakeRules {
  /** The inbox in which a provider's test events show: the installation's own, never somebody else's. */
  readonly reviewInboxId: InboxId | undefined
}

interface Dependencies extends Rendering {
  readonly personMarks: PersonMarks
  readonly ids: Ids
  readonly clock: Clock
}

/** Kept in the log and nothing more: no surface shows them yet. */
const keep: ApplyKinds<EventKind> = async (_tx, events) => new Map(events.map((event) => [event.id, done]))

/** A group of kinds that are applied together, with what tells its events from others. */
interface Handler {
  apply(tx: Tx, events: readonly InboxEvent[]): ReturnType<ApplyKinds<EventKind>>
}

const handler = <Kind extends EventKind>(kinds: readonly Kind[], apply: ApplyKinds<Kind>): readonly (readonly [EventKind, Handler])[] => {
  const isOurs = (event: InboxEvent): event is InboxEvent & InboxEvent<Kind> => kinds.some((kind) => kind === event.kind)
  const shared: Handler = { apply: (tx, events) => apply(tx, events.filter(isOurs)) }
  return kinds.map((kind) => [kind, shared])
}

const createHandlers = (dependencies: Dependencies): ReadonlyMap<EventKind, Handler> =>
  new Map([
    ...handler(['message-received', 'message-echoed', 'postback-pressed', 'test-event'], createApplyMessages(dependencies)),
    ...handler(['message-read', 'message-delivered'], applyReceipts),
    ...handler(['message-edited', 'message-retracted', 'reaction-changed'], applyAmendments),
    ...handler(['referral-received', 'comment-received', 'thread-control-changed', 'unknown'], keep),
  ])

const contactOf = (event: ChannelEvent): string => JSON.stringify([event.channel, event.accountKey, event.contactKey])

/**
 * Cuts events into rounds: each holds, per contact, the longest next run of events with one handler. Rounds one after the other
 * keep every contact's order, and inside a round events can be applied as a set.
 */
const inRounds = (events: readonly InboxEvent[], handlerOf: (event: InboxEvent) => Handler): InboxEvent[][] => {
  const rounds: InboxEvent[][] = []
  const last = new Map<string, { readonly round: number; readonly handler: Handler }>()
  for (const event of events) {
    const before = last.get(contactOf(event))
    const handler = handlerOf(event)
    const round = before === undefined ? 0 : before.handler === handler ? before.round : before.round + 1
    last.set(contactOf(event), { round, handler })
    rounds[round] = [...(rounds[round] ?? []), event]
  }
  return rounds
}

/** Why an event without an inbox waits, or that it never will be understood. */
const withoutInbox = (event: StoredEvent): EventOutcome => {
  if (event.kind === 'unknown') return { state: 'unknown', reason: event.payload.why }
  if (event.kind === 'test-event') return { state: 'parked', reason: 'review_inbox.unset' }
  return { state: 'parked', reason: 'inbox.unknown', awaits: awaitsInbox(event.accountKey) }
}

export const createApplyEvents = (dependencies: Dependencies): ApplyEvents => {
  const handlers = createHandlers(dependencies)
  const kept: Handler = { apply: keep }
  const handlerOf = (event: InboxEvent): Handler => handlers.get(event.kind) ?? kept

  return async (tx, events, { reviewInboxId }) => {
    const isTest = (event: StoredEvent): boolean => event.kind === 'test-event'
    const review = reviewInboxId !== undefined && events.some(isTest) ? await tx.inboxes.byId(reviewInboxId) : undefined
    const outcomes = new Map<number, EventOutcome>()
    const known: InboxEvent[] = []
    for (const event of events) {
      const inbox = isTest(event) ? review : event.inbox
      if (inbox && event.kind !== 'unknown') known.push({ ...event, inbox })
      else outcomes.set(event.id, withoutInbox(event))
    }
    const late = await lateEchoes(tx, known, dependencies.personMarks)
    for (const { id } of late) outcomes.set(id, done)
    const current = known.filter((event) => !late.has(event))
    for (const round of inRounds(current, handlerOf)) {
      for (const [handler, group] of Map.groupBy(round, handlerOf)) {
        for (const [id, outcome] of await handler.apply(tx, group)) outcomes.set(id, outcome)
      }
    }
    await noteLastEvents(tx, known)
    return [...outcomes].map(([id, outcome]) => ({ id, outcome }))
  }
}

/** When each inbox last heard from its provider, by the time the provider gave. What we had to ask for was not heard. */
const noteLastEvents = (tx: Tx, events: readonly InboxEvent[]): Promise<void> => {
  const latest = new Map<number, number>()
  const heard = events.filter(({ payload }) => !('found' in payload))
  for (const { inbox, occurredAt } of heard) latest.set(inbox.inboxId, Math.max(latest.get(inbox.inboxId) ?? 0, occurredAt))
  return tx.inboxes.noteEvents(latest)
}
