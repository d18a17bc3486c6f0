import type { ChannelEvent, Json } from '#application/intake/channel-event.ts'
import { type EntryContext, unknownEvent } from '#channels/instagram/entry.ts'
import { readChange, readItem } from '#channels/instagram/items.ts'
import { isObject, type JsonObject, listAt, parseJson } from '#channels/meta/json.ts'
import type { Instant } from '#domain/shared/instant.ts'

/**
 * The happenings of one entry. Meta puts them under `messaging`, `standby` (another app is in charge of the thread), `changes`, or
 * as `field` and `value` on the entry itself; all mean the same to us.
 */
const readEntry = (entry: JsonObject, context: EntryContext): ChannelEvent[] => {
  const items = [...listAt(entry, 'messaging'), ...listAt(entry, 'standby')]
  const changes = [...listAt(entry, 'changes'), ...('field' in entry ? [{ field: entry.field ?? null, value: entry.value ?? null }] : [])]
  const at = (n: number): EntryContext => ({ ...context, position: context.position + n })
  if (items.length + changes.length === 0) return [unknownEvent(entry, 'entry.empty', context)]
  return [
    ...items.flatMap((item, n) => (isObject(item) ? readItem(item, at(n)) : [unknownEvent(item, 'item.not_an_object', at(n))])),
    ...changes.flatMap((change, n) =>
      isObject(change) ? readChange(change, at(items.length + n)) : [unknownEvent(change, 'change.not_an_object', at(items.length + n))],
    ),
  ]
}

/** An id is text; Meta's are digits, but a number is taken too. */
const idOf = (value: Json | undefined): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '')

const utf8 = new TextDecoder()

/** More items than this fit in no request that Meta sends (1000 updates at most). */
const entrySpan = 100_000

const isInstagram = (object: Json): boolean => typeof object === 'string' && object.toLowerCase() === 'instagram'

/** How nearly every body says what it is about. Inside a text of JSON the quotes would have backslashes. */
const usual = /"object"\s*:\s*"instagram"/i

/** Does it say that it is about another product? What says nothing, or is no JSON, is taken in and shown. */
export const isForeign = (raw: Uint8Array): boolean => {
  const text = utf8.decode(raw)
  if (usual.test(text)) return false
  const body = parseJson(text)
  return isObject(body) && body.object !== undefined && body.object !== null && !isInstagram(body.object)
}

/**
 * Everything that a request of Instagram's webhook tells, in order. Total: it never throws and loses nothing; what it does not
 * know comes out as `unknown`.
 */
export const normalize = (raw: Uint8Array, receivedAt: Instant): readonly ChannelEvent[] => {
  const nowhere: EntryContext = { entryId: '', entryTime: undefined, receivedAt, position: 0 }
  const body = parseJson(utf8.decode(raw))
  if (!isObject(body)) return [unknownEvent(body ?? null, body === undefined ? 'body.not_json' : 'body.not_an_object', nowhere)]
  const object = body.object ?? null
  if (!isInstagram(object)) return [unknownEvent(body, object === null ? 'body.no_object' : 'body.wrong_object', nowhere)]
  const entries = listAt(body, 'entry')
  if (entries.length === 0) return [unknownEvent(body, 'body.no_entry', nowhere)]
  return entries.flatMap((entry, n) => {
    const context: EntryContext = { ...nowhere, position: n * entrySpan }
    if (!isObject(entry)) return [unknownEvent(entry, 'entry.not_an_object', context)]
    return readEntry(entry, { ...context, entryId: idOf(entry.id), entryTime: entry.time })
  })
}
