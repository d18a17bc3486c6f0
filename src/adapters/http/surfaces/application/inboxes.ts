import { Hono } from 'hono'
import { type MemberEnv, requireAdministrator } from '#adapters/http/auth.ts'
import { problem } from '#adapters/http/errors.ts'
import { body, rowId } from '#adapters/http/input.ts'
import type { HttpOptions } from '#adapters/http/scope.ts'
import { changedInbox, newInbox, toChanges, toTemplates } from '#adapters/http/surfaces/application/inbox-input.ts'
import { answerInbox, shownInboxes } from '#adapters/http/surfaces/application/shown-inbox.ts'
import { inspectionJson } from '#adapters/http/views/inspection.ts'

export const inboxes = (options: HttpOptions) =>
  new Hono<MemberEnv>()
    .get('/', async (c) => {
      const found = await c.var.scope.queries.inboxes(c.var.member.accountId)
      return c.json({ payload: await shownInboxes(c, found, options) })
    })
    .post('/', requireAdministrator, body(newInbox), async (c) => {
      const { accountId, userId } = c.var.member
      const input = c.req.valid('json')
      const { name, channel, lock_to_single_conversation } = input
      const created = await c.var.scope.useCases.createInbox({
        accountId,
        userId,
        name,
        channel: channel.type,
        webhookUrl: channel.webhook_url,
        lockToSingleConversation: lock_to_single_conversation,
        replyHours: channel.additional_attributes?.agent_reply_time_window ?? null,
        changes: toTemplates(input),
      })
      return created.ok ? answerInbox(c, created.value, options) : problem(c, created.error.code)
    })
    .get('/:id/connection', requireAdministrator, rowId('id'), async (c) => {
      const { accountId } = c.var.member
      const inspected = await c.var.scope.useCases.inspectConnection({ accountId, inboxId: c.req.valid('param').rowId })
      return inspected.ok ? c.json(inspectionJson(inspected.value)) : problem(c, inspected.error.code)
    })
    .post('/:id/disconnect', requireAdministrator, rowId('id'), async (c) => {
      const { accountId } = c.var.member
      const inboxId = c.req.valid('param').rowId
      const disconnected = await c.var.scope.useCases.disconnectInbox({ accountId, inboxId })
      return disconnected.ok ? answerInbox(c, inboxId, options) : problem(c, disconnected.error.code)
    })
    .patch('/:id', requireAdministrator, rowId('id'), body(changedInbox), async (c) => {
      const { accountId } = c.var.member
      const inboxId = c.req.valid('param').rowId
      const changed = await c.var.scope.useCases.changeInbox({ accountId, inboxId, changes: toChanges(c.req.valid('json')) })
      return changed.ok ? answerInbox(c, changed.value, options) : problem(c, changed.error.code)
    })
    .get('/:id', rowId('id'), (c) => answerInbox(c, c.req.valid('param').rowId, options))
