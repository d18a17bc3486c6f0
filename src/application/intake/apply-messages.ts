import { type Chosen, chooseConversations, isPastEvent, moveClocks, type Placed } from '#application/intake/choose-conversations.ts'
import { composeMessage, isEcho, type MessageEvent } from '#application/intake/compose-message.ts'
import { type ApplyKinds, done, type Outcomes } from '#application/intake/inbox-event.ts'
import { settleEchoes } from '#application/intake/settle-echoes.ts'
import { wantMedia } from '#application/media/want-media.ts'
import { answerItself, type JustWritten } from '#application/messages/answer-itself.ts'
import type { Rendering } from '#application/messages/fill-in.ts'
import type { Clock } from '#application/ports/clock.ts'
import type { Conversation } from '#application/ports/conversations.ts'
import type { Ids } from '#application/ports/ids.ts'
import { awaitsMessage, type EventOutcome } from '#application/ports/intake.ts'
import type { Tx } from '#application/ports/unit-of-work.ts'
import { isProfileDue, placeholderName } from '#domain/contact/contact.ts'
import { isOneSecond } from '#domain/inbox/gap-fill.ts'
import type { ConversationId } from '#domain/shared/ids.ts'

interface Dependencies extends Rendering {
  readonly ids: Ids
  readonly clock: Clock
}

const isAnswerable = (event: MessageEvent): boolean => !isEcho(event) && event.kind !== 'test-event' && !isPastEvent(event)

const refOf = (event: MessageEvent) => ({ inboxId: event.inbox.inboxId, externalId: event.payload.externalId })
const refKey = ({ inboxId, externalId }: { readonly inboxId: number; readonly externalId: string }): string => `${inboxId} ${externalId}`

/** Its person's id came back from the store as another text: no provider sends such an id. */
const strange: EventOutcome = { state: 'parked', reason: 'contact.strange_id' }

const someoneKey = (inboxId: number, sourceId: string): string => `${inboxId} ${sourceId}`

/**
 * Events with the found ones behind those that they follow. Their times are to the second, and what they follow may have been pushed, with a
 * time of its own, since they were looked for.
 */
const inPlace = async (tx: Tx, events: readonly MessageEvent[]): Promise<readonly MessageEvent[]> => {
  const refs = events.flatMap(({ inbox, payload: { follows } }) => (follows === undefined ? [] : [{ ...inbox, externalId: follows }]))
  if (refs.length === 0) return events
  const times = new Map((await tx.messages.known(refs)).map(({ externalId, createdAt }) => [externalId, createdAt]))
  return events.map((event) => {
    const { externalId, follows = '' } = event.payload
    const before = times.get(follows)
    const isTie = before !== undefined && isOneSecond(before, event.occurredAt)
    const placed = isTie ? { ...event, occurredAt: before + 1 } : event
    if (!times.has(externalId)) times.set(externalId, placed.occurredAt)
    return placed
  })
}

/** Whose message is the newest in its conversation. What was found as of the past, or is of somebody who is blocked, is answered by nobody. */
const justWritten = (placed: readonly Placed[], chosen: Chosen, moved: ReadonlyMap<ConversationId, Conversation>): JustWritten[] => {
  const newest = new Map<ConversationId, JustWritten>()
  for (const each of placed) {
    const { event, someone } = each
    const conversation = moved.get(chosen(each)?.id ?? -1)
    if (!conversation || someone.blocked || !isAnswerable(event)) continue
    const writtenAt = Math.max(event.occurredAt, newest.get(conversation.id)?.writtenAt ?? 0)
    newest.set(conversation.id, { conversation, templates: event.inbox.templates, writtenAt })
  }
  return [...newest.values()]
}

export const createApplyMessages = ({
  channels,
  renderTemplate,
  ids,
  clock,
}: Dependencies): ApplyKinds<'message-received' | 'message-echoed' | 'postback-pressed' | 'test-event'> => {
  const meetPeople = async (tx: Tx, events: readonly MessageEvent[]) => {
    const wanted = new Map(
      events.map(({ inbox, contactKey, channel, occurredAt }) => [
        someoneKey(inbox.inboxId, contactKey),
        {
          accountId: inbox.accountId,
          inboxId: inbox.inboxId,
          sourceId: contactKey,
          name: placeholderName(channels.get(channel)?.label ?? channel, contactKey),
          at: occurredAt,
        },
      ]),
    )
    const known = await tx.intake.meet([...wanted.values()], events.map(refOf))
    const people = new Map(known.people.map((someone) => [someoneKey(someone.inboxId, someone.sourceId), someone]))
    const placed = events.flatMap((event): Placed[] => {
      const someone = people.get(someoneKey(event.inbox.inboxId, event.contactKey))
      return someone ? [{ event, someone }] : []
    })
    return { placed, candidates: known.candidates, seen: new Set(known.messages.map(refKey)) }
  }

  const insertMessages = async (tx: Tx, placed: readonly Placed[], candidates: readonly Conversation[]): Promise<void> => {
    if (placed.length === 0) return
    const chosen = await chooseConversations(tx, ids, placed, candidates, clock.now())
    const messages = placed.flatMap((each) => {
      const conversation = chosen(each)
      return conversation ? [composeMessage(each.event, conversation, each.someone.contactId)] : []
    })
    await wantMedia(tx, messages, await tx.messages.insert(messages))
    const moved = await moveClocks(tx, placed, chosen)
    await answerItself(tx, { channels, renderTemplate }, justWritten(placed, chosen, moved), clock.now())
    await afterInsert(tx, placed)
  }

  /** Sets free what waited for these messages, and asks who the people are. */
  const afterInsert = async (tx: Tx, placed: readonly Placed[]): Promise<void> => {
    for (const [channel, group] of Map.groupBy(placed, ({ event }) => event.channel)) {
      await tx.intake.release(
        channel,
        group.map(({ event }) => awaitsMessage(event.accountKey, event.payload.externalId)),
      )
    }
    const incoming = placed.filter(({ event }) => !isEcho(event))
    const activity = new Map<number, number>()
    for (const { event, someone } of incoming) {
      activity.set(someone.contactId, Math.max(activity.get(someone.contactId) ?? 0, event.occurredAt))
    }
    await tx.contacts.noteActivity(activity)
    const due = placed.filter(({ event, someone }) => isProfileDue(someone, !isEcho(event), clock.now()))
    const strangers = new Map(due.map(({ someone }) => [someone.id, someone]))
    await tx.jobs.enqueue(
      [...strangers.values()].map(({ id, accountId, inboxId }) => ({
        name: 'fetch-profile',
        key: String(id),
        payload: { accountId, inboxId, contactInboxId: id },
      })),
    )
  }

  return async (tx, given): Promise<Outcomes> => {
    const events = await inPlace(tx, given)
    const { placed, candidates, seen } = await meetPeople(tx, events)
    const fresh = placed.filter(({ event }) => !seen.has(refKey(refOf(event))) && seen.add(refKey(refOf(event))))
    const ours = await settleEchoes(
      tx,
      fresh.filter(({ event }) => isEcho(event)),
    )
    await insertMessages(
      tx,
      fresh.filter(({ event }) => !ours.has(event.id)),
      candidates,
    )
    const found = new Set(placed.map(({ event }) => event.id))
    return new Map(events.map((event) => [event.id, found.has(event.id) ? done : strange]))
  }
}
