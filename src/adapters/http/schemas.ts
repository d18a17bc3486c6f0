import * as z from 'zod'
import type { JsonObject } from '#application/ports/queries.ts'
import type { Instant } from '#domain/shared/instant.ts'

const mostRows = 'must be a whole number from 1 on'

/** A row's number, in JSON or as the text of a query or a form. */
export const rowNumber = z
  .union(
    [
      z.int(),
      z
        .string()
        .regex(/^\d{1,16}$/)
        .transform(Number),
    ],
    { error: (issue) => (issue.input === undefined ? undefined : mostRows) },
  )
  .refine((id) => id >= 1 && id <= Number.MAX_SAFE_INTEGER, mostRows)

/** `schema`, where nothing, null and the empty text of a query or form stand for `fallback`. */
export const or = <Schema extends z.ZodType, const Fallback>(schema: Schema, fallback: Fallback) =>
  z.preprocess((value) => (value === '' || value === null ? undefined : value), schema.optional()).transform((value) => value ?? fallback)

/** From 1. Bounded, so that no page lies beyond what a database counts. */
export const page = or(
  rowNumber.refine((number) => number <= 1_000_000, 'may be at most 1000000'),
  1,
)

const toInstant = (text: string): Instant => (/^\d{1,12}(?:\.\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text))

export const instant = z
  .string()
  .transform(toInstant)
  .refine((at) => Number.isFinite(at), 'must be a time: seconds since 1970 or ISO 8601')

/** True or false in JSON, or as a form says it. */
export const flag = z.union([z.boolean(), z.stringbool({ truthy: ['true', '1'], falsy: ['false', '0'] })], {
  error: 'must be true or false',
})

/** Words to look for. */
export const words = z.string().refine((text) => !text.includes('\0'), 'holds a character that no text has')

const isWebUrl = (text: string): boolean => URL.canParse(text) && ['http:', 'https:'].includes(new URL(text).protocol)

export const webUrl = z.string().max(2048).refine(isWebUrl, 'must be an address that begins with http:// or https://')

export const isObject = (value: unknown): value is { readonly [key: string]: unknown } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const parsed = (value: unknown): unknown => {
  if (typeof value !== 'string') return value
  try {
    return JSON.parse(value)
  } catch {
    return value
  }
}

/** Deeper JSON than this is nobody's message, and writing JSON that is deep enough overflows the stack. */
const maxDepth = 32

const isWithin = (value: unknown, depth: number): boolean =>
  typeof value !== 'object' || value === null || (depth > 0 && Object.values(value).every((inner) => isWithin(inner, depth - 1)))

/** An object, or the JSON text of one, as forms send it. It came as JSON, so what is in it is JSON. */
export const jsonObject = z.preprocess(
  parsed,
  z
    .custom<JsonObject>(isObject, 'must be an object or the JSON text of one')
    .refine((attributes) => isWithin(attributes, maxDepth), `may be nested at most ${maxDepth} deep`),
)
