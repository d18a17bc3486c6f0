import type { ChannelEvent, Json } from '#application/intake/channel-event.ts'
import type { Instant } from '#domain/shared/instant.ts'

/** Where an item stood, for what the item itself does not say. */
export interface EntryContext {
  readonly entryId: string
  readonly entryTime: Json | undefined
  readonly receivedAt: Instant
  /** Counts the items of a request, so that two without any id of their own differ. */
  readonly position: number
}

/** Something that we keep without understanding it. */
export const unknownEvent = (raw: Json, why: string, { entryId, receivedAt, position }: EntryContext): ChannelEvent => ({
  kind: 'unknown',
  channel: 'instagram',
  accountKey: entryId,
  contactKey: '',
  dedupeKey: `unknown:${receivedAt}:${position}`,
  occurredAt: receivedAt,
  payload: { raw, why },
})
