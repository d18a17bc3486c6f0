import { type RawBuilder, sql } from 'kysely'
import type { ChannelEvent, EventKind } from '#application/intake/channel-event.ts'
import type { Instant } from '#domain/shared/instant.ts'

/**
 * PostgreSQL's text holds neither NUL nor half a surrogate pair, and its jsonb refuses the escapes for them. People's phones
 * send both. In rows they become U+FFFD; in the intake log, which must lose nothing, such JSON is kept as text inside JSON.
 */
const replacement = '\ufffd'

/** `text` as PostgreSQL can hold it. */
export const storableText = (text: string): string => text.toWellFormed().replaceAll('\0', replacement)

/** Any escape in JSON text; group 1 where it is one that jsonb refuses. JSON.stringify escapes only lone surrogates. */
const escapes = /\\(?:(u0000|ud[89a-f][0-9a-f]{2})|.)/g
const mayBeRefused = /\\u(?:0000|d[89a-f])/

/** `value` as JSON text that jsonb and text columns accept. */
export const storableJson = (value: unknown): string => {
  const text = JSON.stringify(value)
  return mayBeRefused.test(text) ? text.replaceAll(escapes, (found, refused) => (refused === undefined ? found : replacement)) : text
}

/** An event's kind and payload as JSON text. One nested too deeply for that is left to the body that it came in. */
export const storableEvent = ({ kind, payload }: ChannelEvent): { readonly kind: EventKind; readonly json: string } => {
  try {
    return { kind, json: JSON.stringify(payload) }
  } catch {
    return { kind: 'unknown', json: JSON.stringify({ raw: null, why: `a ${kind} nested too deeply to be told apart from its body` }) }
  }
}

/** Under this key, alone in an object, stands JSON that jsonb refuses, as text. */
const asText = '$json'

/** JSON text that jsonb accepts and `restoreJson` turns back into exactly `json`. `always` where jsonb refused it for another reason. */
export const losslessJson = (json: string, always: boolean): string =>
  always || mayBeRefused.test(json) || json.startsWith(`{"${asText}"`) ? JSON.stringify({ [asText]: json }) : json

export const restoreJson = (stored: unknown): unknown => {
  const text = typeof stored === 'object' && stored !== null && asText in stored ? stored[asText] : undefined
  return typeof text === 'string' ? JSON.parse(text) : stored
}

/** The times that both ISO 8601 with four digits and timestamptz can say. */
const firstInstant = Date.parse('0001-01-01T00:00:00Z')
const lastInstant = Date.parse('9999-12-31T00:00:00Z')

const clamped = (at: Instant): Instant => Math.min(Math.max(at, firstInstant), lastInstant)

/** An instant for a timestamptz in a recordset. */
export const time = (at: Instant | null): string | null => (at === null ? null : new Date(clamped(at)).toISOString())

/** The same in seconds, for `to_timestamp`: cheaper where there are many. */
export const seconds = (at: Instant): number => clamped(at) / 1000

/**
 * Rows as one JSON parameter, for `json_to_recordset`: any number of them, typed by the statement, the same on every driver.
 * Cast by way of text, because a driver that is told of json would encode the text once more.
 */
export const recordset = (rows: readonly object[]): RawBuilder<unknown> => sql`${storableJson(rows)}::text::json`
