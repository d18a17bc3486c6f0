import { seconds } from '#adapters/http/views/time.ts'
import type { CommentView } from '#application/ports/comments.ts'
import { commentWindow } from '#domain/conversation/reply-window.ts'
import type { Duration, Instant } from '#domain/shared/instant.ts'

/** `privateReplyWithin`: how long after it a comment can be answered privately; not at all where undefined. */
export const commentJson = (comment: CommentView, privateReplyWithin: Duration | undefined, now: Instant) => {
  const window = commentWindow(comment.occurredAt + (privateReplyWithin ?? 0), now)
  return {
    id: comment.id,
    content: comment.text,
    sender: { source_id: comment.contactKey, username: comment.username },
    media_id: comment.mediaId,
    parent_id: comment.parentId,
    created_at: seconds(comment.occurredAt),
    answered: comment.isAnswered,
    can_reply: window.state === 'open' && !comment.isAnswered,
    reply_window: { state: window.state, closes_at: window.closesAt === null ? null : seconds(window.closesAt) },
  }
}
