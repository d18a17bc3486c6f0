import type { Json } from '#application/intake/channel-event.ts'

export type JsonObject = { readonly [key: string]: Json }

/** `source` is what newer engines tell a reviver of the text that a value was parsed from. */
type Reviver = (this: unknown, key: string, value: unknown, context?: { readonly source?: string }) => unknown

const keepBigNumbers: Reviver = (_key, value, context) =>
  typeof value === 'number' && !Number.isSafeInteger(value) && Number.isInteger(value) ? (context?.source ?? String(value)) : value

/** An unquoted number of 16 digits and more: an id that somebody sent as a number. Also true of some texts, which costs only time. */
const bigNumber = /[:[,]\s*-?\d{16}/

/** JSON in which an integer beyond 2^53 stays the text that it was. Undefined where it is no JSON. */
export const parseJson = (text: string): Json | undefined => {
  try {
    return bigNumber.test(text) ? JSON.parse(text, keepBigNumbers) : JSON.parse(text)
  } catch {
    return undefined
  }
}

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const objectAt = (value: JsonObject | undefined, key: string): JsonObject | undefined => {
  const inner = value?.[key]
  return isObject(inner) ? inner : undefined
}

export const listAt = (value: JsonObject, key: string): readonly Json[] => {
  const inner = value[key]
  return Array.isArray(inner) ? inner : []
}

/** Text, or a number as text; undefined for anything else and for nothing. */
export const textAt = (value: JsonObject | undefined, key: string): string | undefined => {
  const inner = value?.[key]
  if (typeof inner === 'number') return String(inner)
  return typeof inner === 'string' && inner !== '' ? inner : undefined
}
