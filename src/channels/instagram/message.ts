import type { ReceivedAttachment, ReceivedMessage } from '#application/intake/channel-event.ts'
import { isObject, type JsonObject, listAt, objectAt, textAt } from '#channels/meta/json.ts'

/** Instagram's attachment types as Chatwoot's clients know them. Any other is shown as a `fallback`. */
const fileTypes: Readonly<Record<string, string>> = {
  image: 'image',
  sticker: 'image',
  audio: 'audio',
  video: 'video',
  file: 'file',
  location: 'location',
  share: 'share',
  ig_post: 'ig_post',
  post: 'ig_post',
  ig_reel: 'ig_reel',
  reel: 'ig_reel',
  ig_story: 'ig_story',
  story: 'ig_story',
  story_mention: 'story_mention',
}

/** What Instagram tells us of but does not let us show. */
const hiddenTypes: Readonly<Record<string, string>> = {
  ephemeral: 'A photo or video that disappears: it can only be seen in the Instagram app.',
  unsupported_type: 'Something that Instagram shows only in its app.',
}

const readAttachment = (attachment: JsonObject): ReceivedAttachment => {
  const type = textAt(attachment, 'type') ?? 'unknown'
  const payload = objectAt(attachment, 'payload') ?? {}
  const url = textAt(payload, 'url') ?? textAt(payload, 'story_media_url') ?? textAt(attachment, 'url') ?? null
  const title = hiddenTypes[type] ?? textAt(payload, 'title') ?? textAt(attachment, 'title') ?? null
  const { url: _url, story_media_url: _story, title: _title, ...ids } = payload
  return { type: fileTypes[type] ?? 'fallback', url, title, meta: { ...(fileTypes[type] === type ? {} : { provider_type: type }), ...ids } }
}

/** While Meta moves from `share` to `ig_post`, one shared post comes as both; the newer one says more. */
const withoutDoubles = (attachments: readonly ReceivedAttachment[]): ReceivedAttachment[] => {
  const posts = new Set(attachments.filter((a) => a.type === 'ig_post').map((a) => a.meta.ig_post_media_id))
  return attachments.filter((a) => a.type !== 'share' || !posts.has(a.meta.ig_post_media_id))
}

const isHeart = (attachment: JsonObject): boolean => attachment.type === 'like_heart'

const readReplyTo = (message: JsonObject): ReceivedMessage['replyTo'] => {
  const replyTo = objectAt(message, 'reply_to')
  const story = objectAt(replyTo, 'story')
  if (story) return { story: { id: textAt(story, 'id') ?? null, url: textAt(story, 'url') ?? null } }
  const mid = textAt(replyTo, 'mid')
  return mid === undefined ? null : { externalId: mid }
}

/** A `message` object of the webhook. A heart comes without any payload and is read as the sign it is. */
export const readMessage = (message: JsonObject, externalId: string): ReceivedMessage => {
  const raw = listAt(message, 'attachments').filter(isObject)
  const attachments = withoutDoubles(raw.filter((a) => !isHeart(a)).map(readAttachment))
  const text = textAt(message, 'text') ?? (raw.some(isHeart) ? '❤️' : null)
  const quickReply = objectAt(message, 'quick_reply')
  const hidden = raw.some((attachment) => (textAt(attachment, 'type') ?? '') in hiddenTypes)
  return {
    externalId,
    text,
    attachments,
    replyTo: readReplyTo(message),
    postback: quickReply ? { payload: textAt(quickReply, 'payload') ?? null } : null,
    referral: message.referral ?? null,
    unsupported: message.is_unsupported === true || hidden || (text === null && attachments.length === 0),
  }
}

/** A pressed button or ice breaker: its title is what the person said. Older ones have no `mid`. */
export const readPostback = (postback: JsonObject, fallbackId: string): ReceivedMessage => {
  const payload = textAt(postback, 'payload') ?? null
  return {
    externalId: textAt(postback, 'mid') ?? `postback:${fallbackId}:${payload ?? ''}`,
    text: textAt(postback, 'title') ?? payload,
    attachments: [],
    replyTo: null,
    postback: { payload },
    referral: postback.referral ?? null,
    unsupported: false,
  }
}
