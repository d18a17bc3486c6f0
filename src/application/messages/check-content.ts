import type { Said } from '#application/messages/compose-parts.ts'
import { checkItems, type ItemsError } from '#domain/message/items.ts'
import { type ContentLimits, checkMedia, type MediaError, mostAttachments } from '#domain/message/limits.ts'
import { err, ok, type Result } from '#domain/shared/result.ts'

/** Characters of one message, as in Chatwoot. */
const maxLength = 150_000

export type ContentError =
  | { readonly code: 'message.empty' }
  | { readonly code: 'message.too_long' | 'attachment.too_many'; readonly limit: number }

/** What of a message can be judged before anybody knows which files it has. */
type Told = Pick<Said, 'content' | 'cards' | 'choices'> & { readonly files?: readonly unknown[] | undefined }

/** Is this something to say, and not too much at once? */
export const checkContent = ({ content, files = [], cards, choices }: Told): Result<null, ContentError> => {
  if (content.trim() === '' && ((files.length === 0 && !cards) || choices)) return err({ code: 'message.empty' })
  if (files.length > mostAttachments) return err({ code: 'attachment.too_many', limit: mostAttachments })
  return content.length > maxLength ? err({ code: 'message.too_long', limit: maxLength }) : ok(null)
}

/** `name`: the file that it is about. */
export type UnsendableError = (MediaError & { readonly name: string }) | ItemsError | { readonly code: 'attachment.unsupported' }

/** Can the channel carry this? */
export const checkSendable = ({ content, files = [], ...items }: Said, limits: ContentLimits): Result<null, UnsendableError> => {
  if (files.length > 0 && !limits.media) return err({ code: 'attachment.unsupported' })
  for (const { name, contentType, size } of files) {
    const checked = checkMedia(limits, contentType, size)
    if (!checked.ok) return err({ ...checked.error, name })
  }
  return checkItems(items, content, limits)
}
