import { Hono } from 'hono'
import type { MemberEnv } from '#adapters/http/auth.ts'
import { problem } from '#adapters/http/errors.ts'
import { rowId } from '#adapters/http/input.ts'
import type { HttpOptions } from '#adapters/http/scope.ts'
import { inboxJson } from '#adapters/http/views/inbox.ts'

export const inboxes = ({ frontendUrl }: HttpOptions) =>
  new Hono<MemberEnv>()
    .get('/', async (c) => {
      const { queries, channels } = c.var.scope
      const found = await queries.inboxes(c.var.member.accountId)
      return c.json({ payload: found.map((inbox) => inboxJson(inbox, channels, frontendUrl)) })
    })
    .get('/:id', rowId('id'), async (c) => {
      const { queries, channels } = c.var.scope
      const inbox = await queries.inbox(c.var.member.accountId, c.req.valid('param').rowId)
      return inbox ? c.json(inboxJson(inbox, channels, frontendUrl)) : problem(c, 'inbox.unknown')
    })
