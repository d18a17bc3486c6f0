import { avatarLink, type LinkTo } from '#adapters/http/media-links.ts'
import { agentJson } from '#adapters/http/views/account.ts'
import { seconds } from '#adapters/http/views/time.ts'
import type { AttachmentView } from '#application/ports/media.ts'
import type { Author, MessageType } from '#application/ports/messages.ts'
import type { MessageView } from '#application/ports/queries.ts'
import { extensionOf } from '#domain/media/content-type.ts'
import { deliveryOf } from '#domain/message/delivery.ts'

export const typeNumbers: Record<MessageType, number> = { incoming: 0, outgoing: 1, activity: 2, template: 3 }

const senderTypes: Record<Author, string | null> = {
  contact: 'Contact',
  user: 'User',
  agent_bot: 'AgentBot',
  native_app: null,
  system: null,
}

const senderJson = ({ kind, id, name, email, avatarId }: NonNullable<MessageView['sender']>, link: LinkTo) => {
  const picture = avatarLink(link, avatarId)
  return kind === 'contact'
    ? { id, name, email, thumbnail: picture, type: 'contact' }
    : { ...agentJson({ id, name, email: email ?? '' }), avatar_url: picture, thumbnail: picture }
}

/** Nothing that a browser would run. */
const webLink = (url: string | null): string => (url !== null && /^https?:\/\//i.test(url) ? url : '')

/** Ours, whatever its state: it says there what became of it. What is a link by its nature stays the link it is. */
const addressOf = ({ id, externalUrl, mediaState }: AttachmentView, link: LinkTo): string =>
  mediaState === 'withheld' ? webLink(externalUrl) : link('attachments', id)

const isPicture = ({ fileType, contentType }: AttachmentView): boolean => fileType === 'image' || contentType?.startsWith('image/') === true

export const attachmentJson = (attachment: AttachmentView, link: LinkTo) => ({
  id: attachment.id,
  message_id: attachment.messageId,
  account_id: attachment.accountId,
  file_type: attachment.fileType,
  extension: attachment.contentType === null ? null : extensionOf(attachment.contentType),
  content_type: attachment.contentType,
  file_size: attachment.size,
  data_url: addressOf(attachment, link),
  thumb_url: isPicture(attachment) ? addressOf(attachment, link) : '',
  fallback_title: attachment.title,
  media_state: attachment.mediaState,
  meta: attachment.meta,
})

const deliveryJson = ({ parts, error }: MessageView) => ({
  state: deliveryOf(parts.map(({ state }) => state)),
  ...(error === null
    ? {}
    : {
        error: {
          code: error.code,
          class: error.class,
          message: error.message,
          provider_code: error.providerCode,
          provider_subcode: error.providerSubcode,
          provider_trace_id: error.providerTraceId,
          retryable: error.retryable,
        },
      }),
  parts: parts.map(({ position, kind, externalId, state }) => ({ position, kind, external_id: externalId, state })),
})

const attributesJson = ({ contentAttributes, inReplyTo, status, error }: MessageView) => ({
  ...contentAttributes,
  ...(inReplyTo === null ? {} : { in_reply_to: inReplyTo }),
  ...(status === 'failed' ? { external_error: error?.message ?? 'The message was not delivered.' } : {}),
})

export const messageJson = (message: MessageView, link: LinkTo) => ({
  id: message.id,
  content: message.content,
  account_id: message.accountId,
  inbox_id: message.inboxId,
  conversation_id: message.conversationDisplayId,
  message_type: typeNumbers[message.type],
  content_type: message.contentType,
  content_attributes: attributesJson(message),
  status: message.status,
  delivery: deliveryJson(message),
  private: message.private,
  source_id: message.parts[0]?.externalId ?? null,
  created_at: seconds(message.createdAt),
  author: message.author,
  sender_type: senderTypes[message.author],
  sender_id: message.sender?.id ?? null,
  ...(message.sender === null ? {} : { sender: senderJson(message.sender, link) }),
  ...(message.attachments.length === 0 ? {} : { attachments: message.attachments.map((attachment) => attachmentJson(attachment, link)) }),
})
