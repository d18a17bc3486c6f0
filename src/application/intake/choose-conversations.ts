import { insertConversations } from '#application/conversations/insert-conversations.ts'
import { isEcho, type MessageEvent } from '#application/intake/compose-message.ts'
import type { ContactInbox } from '#application/ports/contacts.ts'
import type { Conversation } from '#application/ports/conversations.ts'
import type { Ids } from '#application/ports/ids.ts'
import type { Tx } from '#application/ports/unit-of-work.ts'
import { afterIncoming, afterOutgoing, afterPast, currentConversation, waitToLookUp } from '#domain/conversation/conversation.ts'
import type { ConversationId } from '#domain/shared/ids.ts'
import type { Instant } from '#domain/shared/instant.ts'

/** An event with the person it is about. */
export interface Placed {
  readonly event: MessageEvent
  readonly someone: ContactInbox
}

export type Chosen = (placed: Placed) => Conversation | undefined

export const isPastEvent = ({ payload }: MessageEvent): boolean => payload.found === 'past'

/** What is said now and what was said before anybody here was to answer need not belong to one conversation. */
const groupOf = ({ event, someone }: Placed): string => `${someone.id} ${isPastEvent(event)}`

/** The conversation of each person, new where none of the candidates fits. */
export const chooseConversations = async (
  tx: Tx,
  ids: Ids,
  placed: readonly Placed[],
  candidates: readonly Conversation[],
  now: Instant,
): Promise<Chosen> => {
  const firsts = new Map<string, Placed>()
  for (const each of placed) if (!firsts.has(groupOf(each))) firsts.set(groupOf(each), each)
  const ofPerson = Map.groupBy(candidates, ({ contactInboxId }) => contactInboxId)
  const chosen = new Map<string, Conversation>()
  const missing: Placed[] = []
  for (const [group, first] of firsts) {
    const newestFirst = ofPerson.get(first.someone.id) ?? []
    const current = currentConversation(newestFirst, first.event.inbox.lockToSingleConversation || isPastEvent(first.event))
    if (current) chosen.set(group, current)
    else missing.push(first)
  }
  const created = await insertConversations(
    tx,
    ids,
    missing.map(({ event, someone }) => ({
      someone,
      at: event.occurredAt,
      ...(isPastEvent(event) ? ({ status: 'resolved', seenUntil: now } as const) : {}),
    })),
  )
  for (const [n, first] of missing.entries()) if (created[n]) chosen.set(groupOf(first), created[n])
  return (each) => chosen.get(groupOf(each))
}

const afterEvent = (before: Conversation, { event, someone }: Placed): Conversation => {
  if (isPastEvent(event)) return afterPast(before, event.occurredAt, isEcho(event))
  return isEcho(event) ? afterOutgoing(before, event.occurredAt, true) : afterIncoming(before, event.occurredAt, someone.blocked)
}

/** What each message does to its conversation's clocks, one after the other. Answers the conversations as they are then. */
export const moveClocks = async (tx: Tx, placed: readonly Placed[], chosen: Chosen): Promise<ReadonlyMap<ConversationId, Conversation>> => {
  const moved = new Map<ConversationId, Conversation>()
  const unclear = new Map<ConversationId, Instant>()
  for (const each of placed) {
    const id = chosen(each)?.id
    const before = id === undefined ? undefined : (moved.get(id) ?? chosen(each))
    if (!before) continue
    const after = afterEvent(before, each)
    moved.set(before.id, after)
    const since = waitToLookUp(before, after)
    if (since !== undefined) unclear.set(before.id, since)
  }
  for (const [id, since] of unclear) {
    const conversation = moved.get(id)
    if (!conversation) continue
    const waitingSince = await tx.conversations.firstIncomingAfter(id, conversation.lastReplyAt ?? since)
    moved.set(id, { ...conversation, waitingSince })
  }
  await tx.conversations.saveActivity([...moved.values()])
  return moved
}
