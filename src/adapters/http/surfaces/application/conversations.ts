import { Hono } from 'hono'
import * as z from 'zod'
import type { MemberEnv } from '#adapters/http/auth.ts'
import { problem } from '#adapters/http/errors.ts'
import { body, query, rowId } from '#adapters/http/input.ts'
import { flag, jsonObject, or, page, rowNumber, words } from '#adapters/http/schemas.ts'
import type { HttpOptions } from '#adapters/http/scope.ts'
import { contextFor } from '#adapters/http/surfaces/application/conversation-context.ts'
import { newMessage } from '#adapters/http/surfaces/application/message-input.ts'
import { conversationJson } from '#adapters/http/views/conversation.ts'
import type { StartConversationCommand } from '#application/conversations/start-conversation.ts'
import type { ConversationFilter } from '#application/ports/queries.ts'
import type { UserId } from '#domain/shared/ids.ts'

const list = z.object({
  status: or(z.enum(['open', 'resolved', 'pending', 'snoozed', 'all']), 'open'),
  assignee_type: or(z.enum(['me', 'unassigned', 'assigned', 'all']), 'all'),
  inbox_id: or(rowNumber, undefined),
  source_id: or(words, undefined),
  page,
})

const toFilter = ({ status, assignee_type, inbox_id, source_id, page }: z.output<typeof list>, userId: UserId): ConversationFilter => ({
  status,
  assignee: assignee_type === 'me' ? { type: 'me', userId } : { type: assignee_type },
  page,
  ...(inbox_id === undefined ? {} : { inboxId: inbox_id }),
  ...(source_id === undefined ? {} : { sourceId: source_id }),
})

const newConversation = z.object({
  source_id: or(words.max(255), undefined),
  inbox_id: or(rowNumber, undefined),
  contact_id: or(rowNumber, undefined),
  status: or(z.enum(['open', 'resolved', 'pending']), undefined),
  additional_attributes: or(jsonObject, {}),
  custom_attributes: or(jsonObject, {}),
  message: or(newMessage, undefined),
})

/** `is_private`: it is a note for colleagues that is being written. */
const typing = z.object({ typing_status: z.enum(['on', 'off']), is_private: or(flag, false) })

const toMessage = ({ message }: z.output<typeof newConversation>, userId: UserId): StartConversationCommand['message'] => {
  if (message === undefined) return undefined
  const { content, private: isPrivate, message_type: type, content_attributes: contentAttributes } = message
  return type === 'incoming'
    ? { type, content, contentAttributes }
    : { type, content, contentAttributes, private: isPrivate, author: { kind: 'user', id: userId } }
}

export const conversations = ({ clock }: HttpOptions) =>
  new Hono<MemberEnv>()
    .get('/', query(list), async (c) => {
      const { queries } = c.var.scope
      const { accountId, userId } = c.var.member
      const { counts, page } = await queries.conversations(accountId, toFilter(c.req.valid('query'), userId), userId)
      const context = await contextFor(c, page, clock)
      const meta = {
        mine_count: counts.mine,
        assigned_count: counts.assigned,
        unassigned_count: counts.unassigned,
        all_count: counts.all,
      }
      return c.json({ data: { meta, payload: page.map((conversation) => conversationJson(conversation, context)) } })
    })
    .post('/', body(newConversation), async (c) => {
      const { useCases, queries } = c.var.scope
      const { accountId, userId } = c.var.member
      const input = c.req.valid('json')
      const started = await useCases.startConversation({
        accountId,
        sourceId: input.source_id,
        inboxId: input.inbox_id,
        contactId: input.contact_id,
        status: input.status,
        additionalAttributes: input.additional_attributes,
        customAttributes: input.custom_attributes,
        message: toMessage(input, userId),
      })
      if (!started.ok) return problem(c, started.error.code)
      const conversation = await queries.conversation(accountId, started.value)
      if (!conversation) return problem(c, 'conversation.unknown')
      return c.json(conversationJson(conversation, await contextFor(c, [conversation], clock)))
    })
    .post('/:display_id/toggle_typing_status', rowId('display_id'), body(typing), async (c) => {
      const { typing_status, is_private } = c.req.valid('json')
      const { accountId, userId } = c.var.member
      if (is_private) return c.body(null, 200)
      const command = { accountId, userId, displayId: c.req.valid('param').rowId, isOn: typing_status === 'on' }
      const shown = await c.var.scope.useCases.showTyping(command)
      return shown.ok ? c.body(null, 200) : problem(c, shown.error.code)
    })
    .post('/:display_id/update_last_seen', rowId('display_id'), async (c) => {
      const { accountId, userId } = c.var.member
      const displayId = c.req.valid('param').rowId
      const seen = await c.var.scope.useCases.seeConversation({ accountId, displayId, userId })
      const conversation = seen.ok ? await c.var.scope.queries.conversation(accountId, displayId) : undefined
      if (!conversation) return problem(c, 'conversation.unknown')
      return c.json(conversationJson(conversation, await contextFor(c, [conversation], clock)))
    })
    .get('/:display_id', rowId('display_id'), async (c) => {
      const { queries } = c.var.scope
      const conversation = await queries.conversation(c.var.member.accountId, c.req.valid('param').rowId)
      if (!conversation) return problem(c, 'conversation.unknown')
      return c.json(conversationJson(conversation, await contextFor(c, [conversation], clock)))
    })
