import * as z from 'zod'
import type { ErrorCode } from '#adapters/http/errors.ts'
import { flag, isObject, jsonObject, or } from '#adapters/http/schemas.ts'
import { contentTypes, itemIssues } from '#adapters/http/surfaces/application/message-items.ts'
import { isTaken } from '#adapters/http/uploads.ts'
import type { Attached } from '#application/messages/attach-uploads.ts'
import type { UploadedFile } from '#application/ports/uploads.ts'

export const newMessage = z.object({
  content: z.string(),
  private: or(flag, false),
  message_type: or(z.enum(['outgoing', 'incoming']), 'outgoing'),
  content_type: or(z.enum(['text']), 'text'),
  content_attributes: or(jsonObject, {}),
  /** The client's own name for the message, given back as it is. */
  echo_id: or(z.union([z.string().max(255), z.number()], { error: 'must be a text or a number' }), undefined),
})

const isGiven = (entry: unknown): boolean => entry !== ''

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : [value ?? ''])

const uploadId = z.string().transform((uploadId): Attached => ({ uploadId }))

/** What `takeFile` put there, and ids of what was uploaded before. */
export const uploads = z.preprocess(
  (value) => listOf(value).filter(isGiven),
  z.array(z.union([z.custom<UploadedFile>(isTaken), uploadId], 'is neither a file nor the id of one')),
)

/** A message that may have files beside its words, or instead of them. */
export const sentMessage = newMessage
  .extend({ content: or(z.string(), undefined), attachments: uploads, content_type: or(z.enum(contentTypes), 'text') })
  .superRefine((input, { addIssue }) => {
    const { content, attachments, content_type } = input
    if (content === undefined && attachments.length === 0 && content_type !== 'cards') {
      addIssue({ code: 'custom', path: ['content'], message: 'is missing' })
    }
    for (const { path, message } of itemIssues(input)) addIssue({ code: 'custom', path: ['items', ...path], message })
  })

/** What became of a message, as the software that carries it says. */
export const statusReport = z.object({
  status: z.enum(['sent', 'delivered', 'read', 'failed']),
  external_error: or(z.string().max(20_000), undefined),
})

/** Files themselves come in a form; elsewhere there can be ids alone. */
export const refuseAttachments = (body: unknown): ErrorCode | undefined => {
  const attachments = listOf(isObject(body) ? body.attachments : undefined)
  return attachments.every((entry) => typeof entry === 'string') ? undefined : 'message.attachments_not_uploaded'
}
