import { type Context, Hono } from 'hono'
import * as z from 'zod'
import type { MemberEnv } from '#adapters/http/auth.ts'
import { problem } from '#adapters/http/errors.ts'
import { answerOnce, idempotencyKey, keyedRequest } from '#adapters/http/idempotency.ts'
import { body, query, rowId, toRowId } from '#adapters/http/input.ts'
import { type LinkTo, linksFor } from '#adapters/http/media-links.ts'
import { or, rowNumber } from '#adapters/http/schemas.ts'
import { refuseAttachments, sentMessage, statusReport } from '#adapters/http/surfaces/application/message-input.ts'
import { itemsOf } from '#adapters/http/surfaces/application/message-items.ts'
import { refuse } from '#adapters/http/surfaces/application/message-refusals.ts'
import { writtenMessage } from '#adapters/http/surfaces/application/written-message.ts'
import { described, takeFile, withUploads } from '#adapters/http/uploads.ts'
import { agentJson } from '#adapters/http/views/account.ts'
import { contactCoreJson, inBothForms } from '#adapters/http/views/contact.ts'
import { messageJson } from '#adapters/http/views/message.ts'
import { isoOrNull } from '#adapters/http/views/time.ts'
import type { MessageRange, ThreadView } from '#application/ports/queries.ts'

const range = z.object({ before: or(rowNumber, undefined), after: or(rowNumber, undefined) })

const toRange = ({ before, after }: z.output<typeof range>): MessageRange => ({
  ...(before === undefined ? {} : { before }),
  ...(after === undefined ? {} : { after }),
})

const metaJson = (
  { contact, assignee, additionalAttributes, agentLastSeenAt, assigneeLastSeenAt }: ThreadView['conversation'],
  link: LinkTo,
) => ({
  labels: [],
  additional_attributes: additionalAttributes,
  contact: inBothForms(contactCoreJson(contact, link)),
  ...(assignee === null ? {} : { assignee: agentJson(assignee) }),
  agent_last_seen_at: isoOrNull(agentLastSeenAt),
  assignee_last_seen_at: isoOrNull(assigneeLastSeenAt),
})

const bodyRules = { refuse: refuseAttachments, takeFile }

const uploaded = withUploads((c: Context<MemberEnv>) => c.var.member.accountId)

export const messages = new Hono<MemberEnv>()
  .get('/', rowId('display_id'), query(range), async (c) => {
    const { queries } = c.var.scope
    const { accountId } = c.var.member
    const thread = await queries.thread(accountId, c.req.valid('param').rowId, toRange(c.req.valid('query')))
    if (!thread) return problem(c, 'conversation.unknown')
    const { conversation, messages } = thread
    const link = await linksFor(c.var.scope, accountId, { messages, contacts: [conversation.contact] })
    return c.json({ meta: metaJson(conversation, link), payload: messages.map((message) => messageJson(message, link)) })
  })
  .post('/', rowId('display_id'), idempotencyKey, uploaded, body(sentMessage, bodyRules), async (c) => {
    const { useCases } = c.var.scope
    const { accountId, userId } = c.var.member
    const { attachments: files, ...input } = c.req.valid('json')
    const { content = '', private: isPrivate, message_type, content_attributes, echo_id } = input
    const request = await keyedRequest(c, c.req.valid('header').idempotencyKey, { ...input, ...described(files) })
    const command = {
      accountId,
      displayId: c.req.valid('param').rowId,
      content,
      contentAttributes: content_attributes,
      ...(files.length > 0 && { files }),
      ...(request && { request }),
    }
    const about = { author: { kind: 'user', id: userId }, private: isPrivate, ...itemsOf(input) } as const
    const sent = message_type === 'incoming' ? await useCases.receiveMessage(command) : await useCases.sendMessage({ ...command, ...about })
    if (!sent.ok) return refuse(c, sent.error)
    if (c.var.uploads) c.var.uploads.isKept = !sent.value.repeated
    return answerOnce(c, request, sent.value, async () => ({
      ...(await writtenMessage(c, sent.value.messageId)),
      ...(echo_id === undefined ? {} : { echo_id }),
    }))
  })
  .on(['PATCH', 'PUT'], '/:message_id', rowId('display_id'), body(statusReport), async (c) => {
    const messageId = toRowId(c.req.param('message_id'))
    if (messageId === undefined) return problem(c, 'resource.unknown')
    const displayId = c.req.valid('param').rowId
    const { accountId } = c.var.member
    const { status, external_error: externalError } = c.req.valid('json')
    const reported = await c.var.scope.useCases.reportStatus({ accountId, displayId, messageId, status, externalError })
    return reported.ok ? c.json(await writtenMessage(c, messageId)) : problem(c, reported.error.code)
  })
  .post('/:message_id/retry', rowId('display_id'), async (c) => {
    const messageId = toRowId(c.req.param('message_id'))
    if (messageId === undefined) return problem(c, 'resource.unknown')
    const displayId = c.req.valid('param').rowId
    const { accountId } = c.var.member
    const retried = await c.var.scope.useCases.retryMessage({ accountId, displayId, messageId })
    return retried.ok ? c.json(await writtenMessage(c, retried.value)) : refuse(c, retried.error)
  })
  .post('/:message_id/attachments/:attachment_id/retry', rowId('display_id'), async (c) => {
    const [messageId, attachmentId] = [toRowId(c.req.param('message_id')), toRowId(c.req.param('attachment_id'))]
    if (messageId === undefined || attachmentId === undefined) return problem(c, 'resource.unknown')
    const displayId = c.req.valid('param').rowId
    const { accountId } = c.var.member
    const retried = await c.var.scope.useCases.retryMedia({ accountId, displayId, messageId, attachmentId })
    return retried.ok ? c.json(await writtenMessage(c, retried.value)) : problem(c, retried.error.code)
  })
