import type { ExternalId } from '#domain/shared/ids.ts'
import type { Instant } from '#domain/shared/instant.ts'

/** JSON as it came. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/** Something attached to a message, in the channel's own type names (`image`, `story_mention`, `like_heart` …). */
export interface ReceivedAttachment {
  readonly type: string
  readonly url: string | null
  readonly title: string | null
  /** What else came with it (media ids, coordinates). */
  readonly meta: { readonly [key: string]: Json }
}

/**
 * It was not pushed to us but read at the provider: `missed`, because it had not come, or `past`, because it had been said before anybody
 * here was to answer.
 */
export type Found = 'missed' | 'past'

export interface ReceivedMessage {
  readonly externalId: ExternalId
  readonly text: string | null
  readonly attachments: readonly ReceivedAttachment[]
  readonly replyTo: {
    readonly externalId?: ExternalId
    readonly story?: { readonly id: string | null; readonly url: string | null }
  } | null
  /** What a quick reply or button carries for the business's own software. */
  readonly postback: { readonly payload: string | null } | null
  readonly referral: Json
  /** The provider says that it cannot show this message through its API. */
  readonly unsupported: boolean
  readonly found?: Found
  /** Of a found one: the message before it, where both were listed under one second. */
  readonly follows?: ExternalId
}

export interface ReceivedComment {
  readonly raw: Json
  readonly externalId: ExternalId
  readonly username: string | null
  readonly text: string | null
  /** The post that it is about. */
  readonly mediaId: ExternalId | null
  /** The comment that it answers. */
  readonly parentId: ExternalId | null
}

/** What can happen in a channel, and what each kind tells. */
export interface EventPayloads {
  readonly 'message-received': ReceivedMessage
  /** The business's own message: sent by us, or typed in the provider's app. */
  readonly 'message-echoed': ReceivedMessage
  readonly 'postback-pressed': ReceivedMessage
  /** The provider's "test" button. */
  readonly 'test-event': ReceivedMessage
  readonly 'message-read': { readonly externalId: ExternalId }
  readonly 'message-delivered': { readonly externalId: ExternalId }
  readonly 'message-edited': { readonly externalId: ExternalId; readonly text: string; readonly editNumber: number }
  readonly 'message-retracted': { readonly externalId: ExternalId }
  readonly 'reaction-changed': {
    readonly externalId: ExternalId
    readonly emoji: string | null
    readonly by: 'contact' | 'business'
    readonly found?: Found
  }
  readonly 'referral-received': { readonly raw: Json }
  readonly 'comment-received': ReceivedComment
  readonly 'thread-control-changed': { readonly raw: Json }
  readonly unknown: { readonly raw: Json; readonly why: string }
}

export type EventKind = keyof EventPayloads

/** One thing that happened, as every channel tells it. */
export type ChannelEvent<Kind extends EventKind = EventKind> = {
  [K in Kind]: {
    readonly kind: K
    readonly channel: string
    /** The business's account at the provider; empty where the provider did not say. */
    readonly accountKey: string
    /** The person; empty where the provider did not say. */
    readonly contactKey: string
    /** Equal for two deliveries of the same happening. */
    readonly dedupeKey: string
    /** The provider's time, else the time it reached us. */
    readonly occurredAt: Instant
    readonly payload: EventPayloads[K]
  }
}[Kind]
