import { inOne } from '#application/in-one.ts'
import type { ConnectedInbox } from '#application/ports/inboxes.ts'
import type { SettledEvent, StoredEvent } from '#application/ports/intake.ts'
import type { Tx, UnitOfWork } from '#application/ports/unit-of-work.ts'

interface Waiting {
  readonly event: StoredEvent
  readonly awaits: string
}

const waitingOf = (events: readonly StoredEvent[], settled: readonly SettledEvent[]): Waiting[] => {
  const awaited = new Map(settled.map(({ id, outcome }) => [id, outcome.state === 'parked' ? outcome.awaits : undefined]))
  return events.flatMap((event) => {
    const awaits = awaited.get(event.id)
    return awaits === undefined ? [] : [{ event, awaits }]
  })
}

/** The message that an event is about, where it names one. */
const refOf = ({ event }: Waiting, inbox: ConnectedInbox) =>
  'externalId' in event.payload ? [{ inboxId: inbox.inboxId, externalId: event.payload.externalId }] : []

/** Those whose inbox is connected by now, and whose message, if they are about one that was missing, is there. */
const ready = async (tx: Tx, waiting: readonly Waiting[]): Promise<Waiting[]> => {
  const inboxes = await tx.inboxes.byChannelKeys(waiting.map(({ event }) => ({ channel: event.channel, channelKey: event.accountKey })))
  const inboxOf = ({ event }: Waiting) => inboxes.find((inbox) => inbox.channel === event.channel && inbox.channelKey === event.accountKey)
  const refs = waiting.flatMap((each) => {
    const inbox = inboxOf(each)
    return inbox && each.awaits.startsWith('message:') ? refOf(each, inbox) : []
  })
  const there = new Set((await tx.messages.byExternalIds(refs)).map(({ inboxId, externalId }) => `${inboxId} ${externalId}`))
  return waiting.filter((each) => {
    const inbox = inboxOf(each)
    if (!inbox || !each.awaits.startsWith('message:')) return inbox !== undefined
    return refOf(each, inbox).some(({ inboxId, externalId }) => there.has(`${inboxId} ${externalId}`))
  })
}

/**
 * What a parked event awaits may have come while it was being parked, in the same batch or beside it, and then nobody sets it
 * free. So one more look is taken after the commit: what comes later than that finds it parked.
 */
export const lookAgain = async (
  unitOfWork: UnitOfWork,
  events: readonly StoredEvent[],
  settled: readonly SettledEvent[],
): Promise<void> => {
  const waiting = waitingOf(events, settled)
  if (waiting.length === 0) return
  await inOne(unitOfWork, async (tx) => {
    for (const [channel, group] of Map.groupBy(await ready(tx, waiting), ({ event }) => event.channel)) {
      await tx.intake.release(
        channel,
        group.map(({ awaits }) => awaits),
      )
    }
  })
}
