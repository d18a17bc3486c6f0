import { Hono } from 'hono'
import * as z from 'zod'
import type { MemberEnv } from '#adapters/http/auth.ts'
import { problem } from '#adapters/http/errors.ts'
import { body, query, rowId } from '#adapters/http/input.ts'
import { page } from '#adapters/http/schemas.ts'
import type { HttpOptions } from '#adapters/http/scope.ts'
import { writtenMessage } from '#adapters/http/surfaces/application/written-message.ts'
import { commentJson } from '#adapters/http/views/comment.ts'

const list = z.object({ page })

const privateReply = z.object({ content: z.string() })

/** What people wrote below an account's posts. */
export const comments = ({ clock }: HttpOptions) =>
  new Hono<MemberEnv>()
    .get('/', rowId('inbox_id'), query(list), async (c) => {
      const { queries, channels } = c.var.scope
      const { accountId } = c.var.member
      const inbox = await queries.inbox(accountId, c.req.valid('param').rowId)
      if (!inbox) return problem(c, 'inbox.unknown')
      const { page } = c.req.valid('query')
      const found = await queries.comments(accountId, inbox.id, page)
      const within = channels.get(inbox.channel)?.limits.privateReplyWithin
      return c.json({ meta: { current_page: page }, payload: found.map((comment) => commentJson(comment, within, clock.now())) })
    })
    .post('/:comment_id/private_reply', rowId('inbox_id'), body(privateReply), async (c) => {
      const { accountId, userId } = c.var.member
      const { content } = c.req.valid('json')
      const commentId = c.req.param('comment_id')
      const command = { accountId, inboxId: c.req.valid('param').rowId, commentId, content, userId }
      const answered = await c.var.scope.useCases.answerComment(command)
      if (answered.ok) return c.json(await writtenMessage(c, answered.value))
      const { error } = answered
      if (error.code !== 'comment.answer_too_long') return problem(c, error.code)
      return problem(c, error.code, `This answer has to fit into one message, which may have at most ${error.limit} bytes.`)
    })
