import { avatarLink, type LinkTo, linksFor } from '#adapters/http/media-links.ts'
import { contactCoreJson } from '#adapters/http/views/contact.ts'
import { type ConversationContext, conversationJson, windowRules } from '#adapters/http/views/conversation.ts'
import { channelTypeOf } from '#adapters/http/views/inbox.ts'
import { messageJson } from '#adapters/http/views/message.ts'
import { isoOrNull } from '#adapters/http/views/time.ts'
import type { ConversationEvent, Scene } from '#application/events.ts'
import type { Channels } from '#application/ports/channel.ts'
import type { MediaLinks } from '#application/ports/media-links.ts'
import type { MessageView } from '#application/ports/queries.ts'
import type { WebhookBodies } from '#application/ports/webhook-bodies.ts'

/** Of the contact all that the conversation knows of them. */
const senderJson = ({ sender }: MessageView, { account, conversation: { contact } }: Scene, link: LinkTo) => {
  if (sender === null) return null
  const { id, name, email, kind } = sender
  if (kind === 'user') return { id, name, email, type: 'user' }
  if (contact.id !== id) return { id, name, email, type: 'contact' }
  return { ...contactCoreJson(contact, link), avatar: avatarLink(link, contact.avatarId), account, type: 'contact' }
}

const conversationBody = ({ account, conversation }: Scene, context: ConversationContext) => ({
  ...conversationJson(conversation, context),
  account,
  channel: channelTypeOf(context.channels, conversation.channel),
  contact_inbox: {
    id: conversation.contactInbox.id,
    contact_id: conversation.contact.id,
    inbox_id: conversation.inboxId,
    source_id: conversation.contactInbox.sourceId,
    hmac_verified: conversation.contactInbox.isProven,
  },
})

/** A backslash before the end of a line is how editors write that the line ends there; software gets lines, and none that is empty at the end. */
const plainContent = (content: string | null): string | null => content?.replaceAll('\\\n', '\n').replace(/\n+$/, '') ?? null

const messageBody = (message: MessageView, scene: Scene, context: ConversationContext) => ({
  ...messageJson(message, context.link),
  content: plainContent(message.content),
  message_type: message.type,
  created_at: isoOrNull(message.createdAt),
  additional_attributes: scene.conversation.additionalAttributes,
  account: scene.account,
  inbox: scene.inbox,
  conversation: conversationBody(scene, context),
  sender: senderJson(message, scene, context.link),
})

const bodyOf = (event: ConversationEvent, context: ConversationContext) => {
  switch (event.name) {
    case 'message_created':
    case 'message_updated':
      return messageBody(event.payload.message, event.payload, context)
    case 'conversation_updated':
    case 'conversation_status_changed':
      return { ...conversationBody(event.payload, context), changed_attributes: event.payload.changed_attributes }
    case 'conversation_typing_on':
    case 'conversation_typing_off':
      return {
        user: { ...event.payload.user, type: 'user' },
        conversation: conversationBody(event.payload, context),
        is_private: false,
      }
    case 'conversation_created':
      return conversationBody(event.payload, context)
  }
}

interface Dependencies {
  readonly channels: Channels
  readonly mediaLinks: MediaLinks
}

/** Events as Chatwoot tells them, from the very views of the REST API. */
export const createWebhookBodies = ({ channels, mediaLinks }: Dependencies): WebhookBodies => ({
  async render(event) {
    const { conversation } = event.payload
    const messages = 'message' in event.payload ? [event.payload.message] : []
    const link = await linksFor({ mediaLinks }, event.accountId, { messages, conversations: [conversation] })
    const context = { channels, rules: await windowRules(channels, [conversation.channel]), now: event.at, link }
    return JSON.stringify({ event: event.name, ...bodyOf(event, context) })
  },
})
