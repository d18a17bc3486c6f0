import { agentJson } from '#adapters/http/views/account.ts'
import { seconds } from '#adapters/http/views/time.ts'
import type { Author, MessageType } from '#application/ports/messages.ts'
import type { AttachmentView, MessageView } from '#application/ports/queries.ts'
import { deliveryOf } from '#domain/message/delivery.ts'

const typeNumbers: Record<MessageType, number> = { incoming: 0, outgoing: 1, activity: 2, template: 3 }

const senderTypes: Record<Author, string | null> = {
  contact: 'Contact',
  user: 'User',
  agent_bot: 'AgentBot',
  native_app: null,
  system: null,
}

const senderJson = (sender: NonNullable<MessageView['sender']>) => {
  const { kind, id, name, email, avatarUrl } = sender
  const picture = avatarUrl ?? ''
  return kind === 'contact'
    ? { id, name, email, thumbnail: picture, type: 'contact' }
    : { ...agentJson({ id, name, email: email ?? '' }), avatar_url: picture, thumbnail: picture }
}

const attachmentJson = ({ id, messageId, accountId, fileType, externalUrl, title, mediaState, meta }: AttachmentView) => ({
  id,
  message_id: messageId,
  account_id: accountId,
  file_type: fileType,
  extension: null,
  data_url: externalUrl ?? '',
  thumb_url: fileType === 'image' ? (externalUrl ?? '') : '',
  fallback_title: title,
  media_state: mediaState,
  meta,
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

export const messageJson = (message: MessageView) => ({
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
  sender_type: senderTypes[message.author],
  sender_id: message.sender?.id ?? null,
  ...(message.sender === null ? {} : { sender: senderJson(message.sender) }),
  ...(message.attachments.length === 0 ? {} : { attachments: message.attachments.map(attachmentJson) }),
})
