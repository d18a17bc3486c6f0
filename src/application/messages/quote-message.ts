import type { OutgoingMessage } from '#application/messages/write-outgoing.ts'
import type { Channels } from '#application/ports/channel.ts'
import type { Conversation } from '#application/ports/conversations.ts'
import type { Tx } from '#application/ports/unit-of-work.ts'
import type { MessageId } from '#domain/shared/ids.ts'
import { err, ok, type Result } from '#domain/shared/result.ts'

export type QuoteError = { readonly code: 'message.quoted_unknown' }

/** The message that this one answers, as its writer names it. */
export const quotedIn = ({ contentAttributes }: Pick<OutgoingMessage, 'contentAttributes'>): MessageId | undefined => {
  const { in_reply_to: named } = contentAttributes
  const id = typeof named === 'string' ? Number(named) : named
  return typeof id === 'number' && Number.isSafeInteger(id) && id > 0 ? id : undefined
}

/** The message with what it answers by the provider's id. What the provider does not know cannot be quoted there, and is quoted here alone. */
export const quoteMessage = async <M extends OutgoingMessage>(
  tx: Tx,
  message: M,
  { id, accountId, channel }: Conversation,
  channels: Channels,
): Promise<Result<M, QuoteError>> => {
  const quoted = quotedIn(message)
  if (quoted === undefined || message.private || !channels.get(channel)?.limits.replies) return ok(message)
  const found = await tx.messages.byId(accountId, quoted)
  if (found?.conversationId !== id) return err({ code: 'message.quoted_unknown' })
  const replyTo = (await tx.messages.parts(quoted)).find(({ externalId }) => externalId !== null)?.externalId
  if (replyTo === null || replyTo === undefined) return ok(message)
  return ok({ ...message, replyTo, contentAttributes: { ...message.contentAttributes, in_reply_to_external_id: replyTo } })
}
