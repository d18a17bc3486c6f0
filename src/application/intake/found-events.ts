import type { ChannelEvent, Found, Json } from '#application/intake/channel-event.ts'
import type { HistoryThread } from '#application/ports/channel.ts'
import type { KnownMessage } from '#application/ports/messages.ts'
import { inOrder, isOneSecond } from '#domain/inbox/gap-fill.ts'
import type { Instant } from '#domain/shared/instant.ts'

type MessageEvent = ChannelEvent<'message-received' | 'message-echoed'>
type ReactionEvent = ChannelEvent<'reaction-changed'>

export const isMessage = (event: ChannelEvent): event is MessageEvent =>
  event.kind === 'message-received' || event.kind === 'message-echoed'

const isReaction = (event: ChannelEvent): event is ReactionEvent => event.kind === 'reaction-changed'

const has = (list: Json | undefined, { by, emoji }: ReactionEvent['payload']): boolean =>
  Array.isArray(list) &&
  list.some((entry) => typeof entry === 'object' && entry !== null && !Array.isArray(entry) && entry.sender === by && entry.emoji === emoji)

/** A reaction that somebody took back may still be listed for a while: such ones are left to what is pushed. */
const isNews = ({ payload }: ReactionEvent, message: KnownMessage | undefined): boolean =>
  message === undefined || (!message.contentAttributes.reactions_removed && !has(message.contentAttributes.reactions, payload))

/** When the newest message of a conversation was written; null where none can be read. */
export const newestIn = ({ events }: HistoryThread): Instant | null =>
  events.filter(isMessage).reduce<Instant | null>((latest, { occurredAt }) => Math.max(latest ?? occurredAt, occurredAt), null)

/** The message before this one, where the list does not say by its time that it came before. */
const followed = (messages: readonly MessageEvent[], n: number): { readonly follows?: string } => {
  const [before, event] = [messages[n - 1], messages[n]]
  return before && event && isOneSecond(before.occurredAt, event.occurredAt) ? { follows: before.payload.externalId } : {}
}

/** Of a conversation what is not known here yet, oldest first, in the times that keep the order in which it was listed. */
export const unknownIn = ({ events }: HistoryThread, known: ReadonlyMap<string, KnownMessage>, found: Found): ChannelEvent[] => {
  const messages = events.filter(isMessage)
  const times = inOrder(
    messages.map(({ occurredAt }) => occurredAt),
    (n) => known.get(messages[n]?.payload.externalId ?? '')?.createdAt,
  )
  const unknown = messages.flatMap((event, n): ChannelEvent[] =>
    known.has(event.payload.externalId)
      ? []
      : [{ ...event, occurredAt: times[n] ?? event.occurredAt, payload: { ...event.payload, found, ...followed(messages, n) } }],
  )
  const reactions = events.filter(isReaction).filter((event) => isNews(event, known.get(event.payload.externalId)))
  return [...unknown, ...reactions.map((event): ChannelEvent => ({ ...event, payload: { ...event.payload, found } }))]
}
