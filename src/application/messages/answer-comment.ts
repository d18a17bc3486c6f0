import { insertConversation } from '#application/conversations/insert-conversations.ts'
import { type ContentError, checkContent } from '#application/messages/check-content.ts'
import { composeParts } from '#application/messages/compose-parts.ts'
import { fillInOne, type Rendering } from '#application/messages/fill-in.ts'
import { writeOutgoing } from '#application/messages/write-outgoing.ts'
import type { Channel, Channels } from '#application/ports/channel.ts'
import type { Clock } from '#application/ports/clock.ts'
import type { Conversation } from '#application/ports/conversations.ts'
import type { Ids } from '#application/ports/ids.ts'
import type { ConnectedInbox } from '#application/ports/inboxes.ts'
import type { KeptComment } from '#application/ports/intake.ts'
import type { Tx, UnitOfWork } from '#application/ports/unit-of-work.ts'
import { placeholderName } from '#domain/contact/contact.ts'
import { currentConversation } from '#domain/conversation/conversation.ts'
import type { AccountId, ExternalId, InboxId, MessageId, UserId } from '#domain/shared/ids.ts'
import type { Instant } from '#domain/shared/instant.ts'
import { err, ok, type Result } from '#domain/shared/result.ts'

export interface AnswerCommentCommand {
  readonly accountId: AccountId
  readonly inboxId: InboxId
  /** By the provider's id. */
  readonly commentId: ExternalId
  readonly content: string
  readonly userId: UserId
}

export type AnswerCommentError =
  | ContentError
  | { readonly code: 'inbox.unknown' | 'comment.unknown' | 'comment.not_answerable' | 'comment.too_old' | 'comment.answered' }
  /** `limit`: bytes of the one message that there may be. */
  | { readonly code: 'comment.answer_too_long'; readonly limit: number }

/**
 * Answers whoever wrote a comment in a message that only they see: once for each comment, in one piece, and as long as the channel
 * allows. It opens no window: more can be said when they answer.
 */
export type AnswerComment = (command: AnswerCommentCommand) => Promise<Result<MessageId, AnswerCommentError>>

interface Dependencies extends Rendering {
  readonly unitOfWork: UnitOfWork
  readonly ids: Ids
  readonly clock: Clock
}

interface Place {
  readonly inbox: ConnectedInbox
  readonly channel: Channel
  readonly comment: KeptComment
  readonly until: Instant
}

const findPlace = async (
  tx: Tx,
  { accountId, inboxId, commentId }: AnswerCommentCommand,
  channels: Channels,
  now: Instant,
): Promise<Result<Place, AnswerCommentError>> => {
  const inbox = await tx.inboxes.find(accountId, inboxId)
  const channel = inbox && channels.get(inbox.channel)
  if (!channel) return err({ code: 'inbox.unknown' })
  const { privateReplyWithin } = channel.limits
  if (privateReplyWithin === undefined) return err({ code: 'comment.not_answerable' })
  // Another inbox may have the account by now.
  const isOurs = inbox.state !== 'disconnected'
  const comment = isOurs ? await tx.intake.comment(inbox.channel, inbox.channelKey, commentId) : undefined
  // The business's own comments come too.
  if (!comment || comment.contactKey === '' || comment.contactKey === inbox.channelKey) return err({ code: 'comment.unknown' })
  const until = comment.occurredAt + privateReplyWithin
  return now < until ? ok({ inbox, channel, comment, until }) : err({ code: 'comment.too_old' })
}

export const createAnswerComment = ({ channels, renderTemplate, unitOfWork, ids, clock }: Dependencies): AnswerComment => {
  /** The lock of whom it is written to lasts until the end, so that of two answers at once one comes second. */
  const findConversation = async (tx: Tx, { inbox, channel, comment }: Place, now: Instant): Promise<Conversation> => {
    const { accountId, inboxId, lockToSingleConversation } = inbox
    const { contactKey: sourceId, username, occurredAt: at } = comment
    const name = username === null ? placeholderName(channel.label, sourceId) : `@${username}`
    const [someone] = await tx.contacts.ensure([{ accountId, inboxId, sourceId, name, at }])
    if (!someone) throw new Error('Somebody has commented and is not there.')
    const current = currentConversation(await tx.conversations.candidates([someone.id]), lockToSingleConversation)
    return current ?? insertConversation(tx, ids, { someone, at: now })
  }

  return async (command) => {
    const { content, commentId, userId } = command
    const checked = checkContent({ content })
    if (!checked.ok) return checked
    return unitOfWork.run(async (tx): Promise<Result<MessageId, AnswerCommentError>> => {
      const now = clock.now()
      const place = await findPlace(tx, command, channels, now)
      if (!place.ok) return place
      const { inbox, channel, until } = place.value
      const conversation = await findConversation(tx, place.value, now)
      const about = { comment: { id: commentId, until }, contentAttributes: { comment_id: commentId } }
      const message = { content, ...about, author: { kind: 'user', id: userId }, private: false } as const
      const draft = await fillInOne(tx, { channels, renderTemplate }, { message, conversation, channel })
      const filled = checkContent(draft.message)
      if (!filled.ok) return filled
      const parts = composeParts(draft.message, channel)
      if (parts.length > 1) return err({ code: 'comment.answer_too_long', limit: channel.limits.textBytes })
      if (await tx.messages.isCommentAnswered(inbox.inboxId, commentId)) return err({ code: 'comment.answered' })
      const [id] = await writeOutgoing(tx, [{ ...draft, parts }], now)
      if (id === undefined) throw new Error('The message was inserted without an id.')
      return ok(id)
    })
  }
}
