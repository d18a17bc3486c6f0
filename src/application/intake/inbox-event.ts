import type { ChannelEvent, EventKind } from '#application/intake/channel-event.ts'
import type { ConnectedInbox } from '#application/ports/inboxes.ts'
import type { EventOutcome } from '#application/ports/intake.ts'
import type { Tx } from '#application/ports/unit-of-work.ts'
import type { IntakeEventId } from '#domain/shared/ids.ts'

/** A stored event whose inbox is known. */
export type InboxEvent<Kind extends EventKind = EventKind> = ChannelEvent<Kind> & {
  readonly id: IntakeEventId
  readonly inbox: ConnectedInbox
}

/** What became of each event, by its id. */
export type Outcomes = ReadonlyMap<IntakeEventId, EventOutcome>

/** Applies events of its kinds as a set; those of one contact in the order given. Doing it twice changes nothing. */
export type ApplyKinds<Kind extends EventKind> = (tx: Tx, events: readonly InboxEvent<Kind>[]) => Promise<Outcomes>

export const done: EventOutcome = { state: 'done' }
