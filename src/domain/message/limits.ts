import type { Duration } from '#domain/shared/instant.ts'
import { err, ok, type Result } from '#domain/shared/result.ts'

/** What a file is sent as. */
export type SentMediaType = 'image' | 'audio' | 'video' | 'file'

/** Files of one type that a channel takes. */
export interface MediaLimit {
  readonly type: SentMediaType
  /** What they may be, by their content; absent: anything. */
  readonly contentTypes?: readonly string[]
  /** The most that one may have. */
  readonly bytes: number
}

/** Titles that the customer may answer with at a touch. */
export interface ChoiceLimits {
  readonly most: number
  readonly titleCharacters: number
}

export interface CardLimits {
  readonly most: number
  readonly textCharacters: number
  readonly buttons: number
  readonly buttonCharacters: number
  /** Of the text of a card that has nothing but text and buttons. */
  readonly bareTextCharacters: number
}

/** What can be said in a channel. What is absent it cannot do. */
export interface ContentLimits {
  /** UTF-8 bytes of a text in one call; a longer one goes in several. */
  readonly textBytes: number
  readonly media?: readonly MediaLimit[]
  /** How many images go in one call; one where absent. */
  readonly imagesTogether?: number
  readonly choices?: ChoiceLimits
  readonly cards?: CardLimits
  /** Signs that are sent as such and not as text. */
  readonly stickers?: readonly string[]
  /** A message can quote another one. */
  readonly replies?: true
  /** How long after a comment its writer can be answered privately, once. */
  readonly privateReplyWithin?: Duration
}

/** Files of one message, as in Chatwoot. */
export const mostAttachments = 15

/** By what it is, whatever it is called. */
export const sentTypeOf = (contentType: string): SentMediaType => {
  const [type] = contentType.split('/')
  return type === 'image' || type === 'audio' || type === 'video' ? type : 'file'
}

export type MediaError =
  | { readonly code: 'attachment.type_unsupported'; readonly contentType: string; readonly supported: readonly string[] }
  | { readonly code: 'attachment.too_large'; readonly type: SentMediaType; readonly limit: number }
  | { readonly code: 'attachment.empty' }

/** The limit that a file of this kind falls under. */
export const mediaLimit = (limits: ContentLimits, contentType: string): Result<MediaLimit, MediaError> => {
  const { media = [] } = limits
  const type = sentTypeOf(contentType)
  const found = media.find((limit) => limit.type === type && (limit.contentTypes?.includes(contentType) ?? true))
  if (found) return ok(found)
  return err({ code: 'attachment.type_unsupported', contentType, supported: media.flatMap(({ contentTypes = [] }) => contentTypes) })
}

/** May this file be sent, and as what? */
export const checkMedia = (limits: ContentLimits, contentType: string, bytes: number): Result<SentMediaType, MediaError> => {
  if (bytes === 0) return err({ code: 'attachment.empty' })
  const limit = mediaLimit(limits, contentType)
  if (!limit.ok) return limit
  const { type, bytes: most } = limit.value
  return bytes > most ? err({ code: 'attachment.too_large', type, limit: most }) : ok(type)
}
