import { avatarLink, type LinkTo } from '#adapters/http/media-links.ts'
import { templatesJson } from '#adapters/http/views/inbox.ts'
import { attachmentJson, typeNumbers } from '#adapters/http/views/message.ts'
import { isoOrNull, seconds, secondsOrZero } from '#adapters/http/views/time.ts'
import type { MessageView } from '#application/ports/queries.ts'
import type { ClientInboxView, VisitorConversationView, VisitorView } from '#application/ports/visitors.ts'
import { saidOf } from '#domain/contact/claims.ts'
import { isTheirs } from '#domain/contact/visitor.ts'
import { noTemplates } from '#domain/conversation/templates.ts'

/** What anybody may know of an inbox. The texts that it answers with come when it answers. */
export const clientInboxJson = ({ identifier, name, templates, hmacMandatory }: ClientInboxView) => {
  const { greeting_message: _, out_of_office_message: __, ...chosen } = templatesJson(templates ?? noTemplates)
  return { identifier, name, ...chosen, csat_survey_enabled: false, identity_validation_enabled: hmacMandatory }
}

/** What of a contact its visitor may see: what is theirs, as they said it. */
const selfJson = ({ access, contact }: VisitorView) =>
  isTheirs(access)
    ? { name: contact.name, email: saidOf(contact, 'email'), phone_number: saidOf(contact, 'phoneNumber') }
    : { name: null, email: null, phone_number: null }

export const visitorJson = (visitor: VisitorView) => ({
  id: visitor.contactId,
  source_id: visitor.sourceId,
  ...selfJson(visitor),
  /** There is no socket that it would open. */
  pubsub_token: '',
})

/** What Chatwoot gives as its whole record. */
export const contactRecordJson = (visitor: VisitorView) => ({
  id: visitor.contactId,
  ...selfJson(visitor),
  identifier: isTheirs(visitor.access) ? visitor.contact.identifier : null,
  created_at: isTheirs(visitor.access) ? isoOrNull(visitor.contact.createdAt) : null,
})

/** Colleagues by name and picture; of a person what they may see of themselves. */
const senderJson = ({ kind, id, name, avatarId }: NonNullable<MessageView['sender']>, visitor: VisitorView, link: LinkTo) => {
  if (kind === 'contact' && !isTheirs(visitor.access)) return { id, type: 'contact' }
  const picture = avatarLink(link, avatarId)
  return kind === 'contact'
    ? { id, name, thumbnail: picture, type: 'contact' }
    : { id, name, available_name: name, avatar_url: picture, thumbnail: picture, type: 'user' }
}

/** Those that are for customers. */
const attributesJson = ({ contentAttributes, inReplyTo }: MessageView) => {
  const { items, submitted_values, deleted } = contentAttributes
  return {
    ...(items === undefined ? {} : { items }),
    ...(submitted_values === undefined ? {} : { submitted_values }),
    ...(deleted === undefined ? {} : { deleted }),
    ...(inReplyTo === null ? {} : { in_reply_to: inReplyTo }),
  }
}

export const clientMessageJson = (message: MessageView, visitor: VisitorView, link: LinkTo) => ({
  id: message.id,
  content: message.content,
  message_type: typeNumbers[message.type],
  content_type: message.contentType,
  content_attributes: attributesJson(message),
  created_at: seconds(message.createdAt),
  conversation_id: message.conversationDisplayId,
  ...(message.attachments.length === 0 ? {} : { attachments: message.attachments.map((each) => attachmentJson(each, link)) }),
  ...(message.sender === null ? {} : { sender: senderJson(message.sender, visitor, link) }),
})

export const clientConversationJson = (conversation: VisitorConversationView, visitor: VisitorView, link: LinkTo) => ({
  id: conversation.displayId,
  uuid: conversation.uuid,
  inbox_id: conversation.inboxId,
  contact_last_seen_at: secondsOrZero(conversation.contactLastSeenAt),
  status: conversation.status,
  agent_last_seen_at: secondsOrZero(conversation.agentLastSeenAt),
  messages: conversation.messages.map((message) => clientMessageJson(message, visitor, link)),
  contact: contactRecordJson(visitor),
})
