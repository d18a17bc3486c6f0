import type { ReceivedMessage } from '#application/intake/channel-event.ts'
import type { InboxEvent } from '#application/intake/inbox-event.ts'
import type { Conversation } from '#application/ports/conversations.ts'
import type { ContentAttributes, NewAttachment, NewMessage } from '#application/ports/messages.ts'
import type { MessageStatus } from '#domain/message/status.ts'

export type MessageEvent = InboxEvent<'message-received' | 'message-echoed' | 'postback-pressed' | 'test-event'>

/** Written by the business itself, in the provider's own app. */
export const isEcho = (event: MessageEvent): boolean => event.kind === 'message-echoed'

/** What a message replies to, by the provider's id; or a story. */
const replyAttributes = (message: ReceivedMessage, channelKey: string): ContentAttributes => {
  const { replyTo } = message
  if (replyTo?.story) {
    return { story_id: replyTo.story.id, story_url: replyTo.story.url, story_sender: channelKey, image_type: 'ig_story_reply' }
  }
  return replyTo?.externalId === undefined ? {} : { in_reply_to_external_id: replyTo.externalId }
}

const attributesOf = (event: MessageEvent): ContentAttributes => {
  const { payload } = event
  return {
    external_created_at: Math.floor(event.occurredAt / 1000),
    ...replyAttributes(payload, event.accountKey),
    ...(isEcho(event) ? { external_echo: true } : {}),
    ...(payload.unsupported ? { is_unsupported: true } : {}),
    ...(payload.postback ? { postback: { payload: payload.postback.payload } } : {}),
    ...(payload.referral === null ? {} : { referral: payload.referral }),
  }
}

export const attachmentsOf = ({ attachments, replyTo }: ReceivedMessage): NewAttachment[] => [
  ...(replyTo?.story?.url ? [{ fileType: 'ig_story', externalUrl: replyTo.story.url, title: null, meta: {} }] : []),
  ...attachments.map(({ type, url, title, meta }) => ({ fileType: type, externalUrl: url, title, meta })),
]

/** What the customer has read by now they have read in any order of arrival. */
const statusOf = (event: MessageEvent, { readUntil }: Conversation): MessageStatus =>
  isEcho(event) && readUntil !== null && event.occurredAt <= readUntil ? 'read' : 'sent'

/** The row that an event becomes. */
export const composeMessage = (event: MessageEvent, conversation: Conversation, authorId: number): NewMessage => ({
  accountId: conversation.accountId,
  inboxId: conversation.inboxId,
  conversationId: conversation.id,
  type: isEcho(event) ? 'outgoing' : 'incoming',
  contentType: 'text',
  content: event.payload.text,
  private: false,
  status: statusOf(event, conversation),
  author: isEcho(event) ? 'native_app' : 'contact',
  authorId: isEcho(event) ? null : authorId,
  contentAttributes: attributesOf(event),
  createdAt: event.occurredAt,
  parts: [
    {
      kind: event.payload.text === null && event.payload.attachments.length > 0 ? 'attachment' : 'text',
      content: event.payload.text,
      externalId: event.payload.externalId,
      state: 'received',
    },
  ],
  attachments: attachmentsOf(event.payload),
})
