import type { Card, Choice } from '#domain/message/items.ts'
import type { SentMediaType } from '#domain/message/limits.ts'
import type { MessageSign } from '#domain/message/sign.ts'
import type { ExternalId } from '#domain/shared/ids.ts'
import type { Duration, Instant } from '#domain/shared/instant.ts'

export interface SentPart {
  readonly externalId: ExternalId
  /** How long the provider wants no further call for this account although it took this one, ms. */
  readonly retryAfter?: Duration
}

/** A file of ours for a provider to have. */
export interface OutgoingFile {
  readonly contentType: string
  /** Bytes. */
  readonly size: number
  /** Where anybody can get it, signed; null where the provider cannot reach us. */
  readonly url: string | null
  /** Undefined where it is not there any more. To be read or cancelled. */
  read(): Promise<ReadableStream<Uint8Array> | undefined>
}

export type Saying =
  | { readonly kind: 'text'; readonly text: string; readonly choices?: readonly Choice[] }
  /** One or several files of one type, not more than go in one call. */
  | { readonly kind: 'media'; readonly type: SentMediaType; readonly files: readonly OutgoingFile[] }
  | { readonly kind: 'cards'; readonly cards: readonly Card[] }
  /** A sign that is sent as such: one of the channel's `stickers`. */
  | { readonly kind: 'sticker'; readonly sign: string }

export type OutgoingPart = Saying & {
  readonly recipient: ExternalId
  /** Send under the longer window that only humans may use. */
  readonly asHumanAgent: boolean
  /** The message that it answers. */
  readonly replyTo?: ExternalId
  /** It goes to whoever wrote this comment; `recipient` is who that is. */
  readonly commentId?: ExternalId
}

/** What can be done in a conversation beside saying something. */
export type ChannelAction =
  | { readonly kind: 'typing'; readonly isOn: boolean }
  /** The business has seen what the person wrote. */
  | { readonly kind: 'seen' }
  /** The business has one reaction to a message; null takes it back. */
  | { readonly kind: 'reaction'; readonly to: ExternalId; readonly emoji: string | null }

/** What a message that may have been sent looks like at the provider. */
export interface SentQuery extends MessageSign {
  readonly recipient: ExternalId
  /** By the provider's clock. */
  readonly since: Instant
}
