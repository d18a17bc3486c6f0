import { err, ok, type Result } from '#domain/shared/result.ts'

/** Characters of one message, as in Chatwoot. */
const maxLength = 150_000

export type ContentError = { readonly code: 'message.empty' } | { readonly code: 'message.too_long'; readonly limit: number }

/** Is this something to say, and not too much at once? */
export const checkContent = (content: string): Result<string, ContentError> => {
  if (content.trim() === '') return err({ code: 'message.empty' })
  return content.length > maxLength ? err({ code: 'message.too_long', limit: maxLength }) : ok(content)
}
