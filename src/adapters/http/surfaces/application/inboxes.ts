import { type Context, Hono } from 'hono'
import { type MemberEnv, requireAdministrator } from '#adapters/http/auth.ts'
import { problem } from '#adapters/http/errors.ts'
import { body, rowId } from '#adapters/http/input.ts'
import type { HttpOptions } from '#adapters/http/scope.ts'
import { windowRules } from '#adapters/http/surfaces/application/conversation-context.ts'
import { changedInbox, newInbox, toChanges, toTemplates } from '#adapters/http/surfaces/application/inbox-input.ts'
import { type InboxFrame, inboxJson } from '#adapters/http/views/inbox.ts'
import { inspectionJson } from '#adapters/http/views/inspection.ts'
import type { InboxView } from '#application/ports/queries.ts'

export const inboxes = ({ frontendUrl, clock }: HttpOptions) => {
  /** Secrets of inboxes are for administrators. */
  const hmacTokens = async ({ var: { scope, member } }: Context<MemberEnv>, inboxes: readonly InboxView[]) => {
    const bridged = inboxes.filter(({ channel }) => scope.channels.get(channel)?.bridged)
    if (member.role !== 'administrator' || bridged.length === 0) return {}
    const ids = bridged.map(({ id }) => id)
    return { hmacTokens: await scope.useCases.revealHmacTokens(member.accountId, ids) }
  }
  const frame = async (c: Context<MemberEnv>, ...inboxes: readonly InboxView[]): Promise<InboxFrame> => {
    const { channels } = c.var.scope
    const rules = await windowRules(channels, [...channels.keys()])
    return { channels, frontendUrl, now: clock.now(), rules, ...(await hmacTokens(c, inboxes)) }
  }
  return new Hono<MemberEnv>()
    .get('/', async (c) => {
      const { queries } = c.var.scope
      const found = await queries.inboxes(c.var.member.accountId)
      const shown = await frame(c, ...found)
      return c.json({ payload: found.map((inbox) => inboxJson(inbox, shown)) })
    })
    .post('/', requireAdministrator, body(newInbox), async (c) => {
      const { useCases, queries } = c.var.scope
      const { accountId, userId } = c.var.member
      const input = c.req.valid('json')
      const { name, channel, lock_to_single_conversation } = input
      const created = await useCases.createInbox({
        accountId,
        userId,
        name,
        channel: channel.type,
        webhookUrl: channel.webhook_url,
        lockToSingleConversation: lock_to_single_conversation,
        replyHours: channel.additional_attributes?.agent_reply_time_window ?? null,
        changes: toTemplates(input),
      })
      if (!created.ok) return problem(c, created.error.code)
      const inbox = await queries.inbox(accountId, created.value)
      return inbox ? c.json(inboxJson(inbox, await frame(c, inbox))) : problem(c, 'inbox.unknown')
    })
    .get('/:id/connection', requireAdministrator, rowId('id'), async (c) => {
      const { accountId } = c.var.member
      const inspected = await c.var.scope.useCases.inspectConnection({ accountId, inboxId: c.req.valid('param').rowId })
      return inspected.ok ? c.json(inspectionJson(inspected.value)) : problem(c, inspected.error.code)
    })
    .post('/:id/disconnect', requireAdministrator, rowId('id'), async (c) => {
      const { useCases, queries } = c.var.scope
      const { accountId } = c.var.member
      const inboxId = c.req.valid('param').rowId
      const disconnected = await useCases.disconnectInbox({ accountId, inboxId })
      if (!disconnected.ok) return problem(c, disconnected.error.code)
      const inbox = await queries.inbox(accountId, inboxId)
      return inbox ? c.json(inboxJson(inbox, await frame(c, inbox))) : problem(c, 'inbox.unknown')
    })
    .post('/:id/reset_hmac_token', requireAdministrator, rowId('id'), async (c) => {
      const { useCases, queries } = c.var.scope
      const { accountId } = c.var.member
      const replaced = await useCases.replaceHmacToken({ accountId, inboxId: c.req.valid('param').rowId })
      if (!replaced.ok) return problem(c, replaced.error.code)
      const inbox = await queries.inbox(accountId, replaced.value)
      return inbox ? c.json(inboxJson(inbox, await frame(c, inbox))) : problem(c, 'inbox.unknown')
    })
    .patch('/:id', requireAdministrator, rowId('id'), body(changedInbox), async (c) => {
      const { useCases, queries } = c.var.scope
      const { accountId } = c.var.member
      const changed = await useCases.changeInbox({
        accountId,
        inboxId: c.req.valid('param').rowId,
        changes: toChanges(c.req.valid('json')),
      })
      if (!changed.ok) return problem(c, changed.error.code)
      const inbox = await queries.inbox(accountId, changed.value)
      return inbox ? c.json(inboxJson(inbox, await frame(c, inbox))) : problem(c, 'inbox.unknown')
    })
    .get('/:id', rowId('id'), async (c) => {
      const { queries } = c.var.scope
      const inbox = await queries.inbox(c.var.member.accountId, c.req.valid('param').rowId)
      return inbox ? c.json(inboxJson(inbox, await frame(c, inbox))) : problem(c, 'inbox.unknown')
    })
}
