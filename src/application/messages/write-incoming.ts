import { answerItself } from '#application/messages/answer-itself.ts'
import { attachmentOf } from '#application/messages/attach-uploads.ts'
import type { Rendering } from '#application/messages/fill-in.ts'
import type { Conversation } from '#application/ports/conversations.ts'
import type { ContentAttributes, NewPart } from '#application/ports/messages.ts'
import type { Tx } from '#application/ports/unit-of-work.ts'
import type { UploadedFile } from '#application/ports/uploads.ts'
import { changesOf, tellBridges } from '#application/webhooks/tell-bridges.ts'
import { afterIncoming } from '#domain/conversation/conversation.ts'
import type { InboxTemplates } from '#domain/conversation/templates.ts'
import type { MessageId } from '#domain/shared/ids.ts'
import type { Instant } from '#domain/shared/instant.ts'

export interface IncomingMessage {
  readonly content: string
  readonly contentAttributes: ContentAttributes
  /** Theirs by now: nobody else can send them. */
  readonly files?: readonly UploadedFile[]
}

/** It came in as a whole, so it is one part whatever it holds. */
const partOf = (content: string | null): NewPart => ({
  kind: content === null ? 'attachment' : 'text',
  content,
  externalId: null,
  state: 'received',
})

/** Writes down what a customer says now, with what that does to their conversation and what the inbox answers by itself. The caller holds the conversation's lock. */
export const writeIncoming = async (
  tx: Tx,
  { content: said, contentAttributes, files = [] }: IncomingMessage,
  conversation: Conversation,
  { templates, ...rendering }: Rendering & { readonly templates: InboxTemplates | null },
  now: Instant,
): Promise<MessageId> => {
  const { accountId, inboxId, id: conversationId, contactId, contactInboxId } = conversation
  const content = said.trim() === '' ? null : said
  const [messageId] = await tx.messages.insert([
    {
      accountId,
      inboxId,
      conversationId,
      type: 'incoming',
      contentType: 'text',
      content,
      private: false,
      status: 'sent',
      author: 'contact',
      authorId: contactId,
      contentAttributes,
      createdAt: now,
      parts: [partOf(content)],
      attachments: files.map(attachmentOf),
    },
  ])
  if (messageId === undefined) throw new Error('The message was inserted without an id.')
  const someone = await tx.contacts.contactInbox(accountId, contactInboxId)
  const isBlocked = someone?.blocked ?? false
  const after = afterIncoming(conversation, now, isBlocked)
  await tx.conversations.saveActivity([after])
  await tx.contacts.noteActivity(new Map([[contactId, now]]))
  const where = { conversation: after, channel: rendering.channels.get(after.channel) }
  const changes = changesOf(conversation, after).map((change) => ({ ...change, ...where }))
  await tellBridges(tx, [{ name: 'message_created', messageId, ...where }, ...changes], now)
  if (!isBlocked) await answerItself(tx, rendering, [{ conversation: after, templates, writtenAt: now }], now)
  return messageId
}
