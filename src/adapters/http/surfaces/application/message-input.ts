import * as z from 'zod'
import type { ErrorCode } from '#adapters/http/errors.ts'
import { flag, or } from '#adapters/http/schemas.ts'
import type { ContentAttributes } from '#application/ports/messages.ts'

const isObject = (value: unknown): value is { readonly [key: string]: unknown } =>
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
const contentAttributes = z.preprocess(
  parsed,
  z
    .custom<ContentAttributes>(isObject, 'must be an object or the JSON text of one')
    .refine((attributes) => isWithin(attributes, maxDepth), `may be nested at most ${maxDepth} deep`),
)

export const newMessage = z.object({
  content: z.string(),
  private: or(flag, false),
  message_type: or(z.enum(['outgoing', 'incoming']), 'outgoing'),
  /** The other content types are for channels that can show them. */
  content_type: or(z.enum(['text']), 'text'),
  content_attributes: or(contentAttributes, {}),
  /** The client's own name for the message, given back as it is. */
  echo_id: or(z.union([z.string().max(255), z.number()], { error: 'must be a text or a number' }), undefined),
})

/** A file field that was left empty is sent by browsers as a file without a name. */
const isLeftEmpty = (entry: unknown): boolean => entry === '' || (entry instanceof File && entry.name === '' && entry.size === 0)

export const refuseAttachments = (body: unknown): ErrorCode | undefined => {
  const attachments = isObject(body) ? body.attachments : undefined
  const list = Array.isArray(attachments) ? attachments : [attachments ?? '']
  return list.every(isLeftEmpty) ? undefined : 'message.attachments_unsupported'
}
