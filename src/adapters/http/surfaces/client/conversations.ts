import { type Context, Hono } from 'hono'
import * as z from 'zod'
import { problem } from '#adapters/http/errors.ts'
import { body, query, toRowId } from '#adapters/http/input.ts'
import { linksFor } from '#adapters/http/media-links.ts'
import { jsonObject, or, rowNumber } from '#adapters/http/schemas.ts'
import { requireConversation, requireVisitor, type TalkEnv, type VisitorEnv } from '#adapters/http/surfaces/client/visitor.ts'
import { clientConversationJson } from '#adapters/http/views/client.ts'
import type { VisitorConversationView } from '#application/ports/visitors.ts'

const little = { maxBytes: 64 * 1024 }

const newConversation = z.object({ custom_attributes: or(jsonObject, {}) })

const typing = z.object({ typing_status: z.enum(['on', 'off']) })

const shown = async ({ visitor, scope }: VisitorEnv['Variables'], conversations: readonly VisitorConversationView[]) => {
  const link = await linksFor(scope, visitor.accountId, { messages: conversations.flatMap(({ messages }) => messages) })
  return conversations.map((conversation) => clientConversationJson(conversation, visitor, link))
}

/** A conversation of theirs as it is now. */
const shownNow = async (vars: VisitorEnv['Variables'], displayId: number | undefined) => {
  const found = displayId === undefined ? undefined : await vars.scope.queries.visitorConversation(vars.visitor, displayId)
  return found && (await shown(vars, [found]))[0]
}

const answer = (c: Context, conversation: object | undefined): Response =>
  conversation ? c.json(conversation) : problem(c, 'resource.unknown')

export const clientConversations = new Hono<TalkEnv>()
  .use(requireVisitor)
  .get('/', query(z.object({ before: or(rowNumber, undefined) })), async (c) => {
    const found = await c.var.scope.queries.visitorConversations(c.var.visitor, c.req.valid('query').before)
    return c.json(await shown(c.var, found))
  })
  .post('/', body(newConversation, little), async (c) => {
    const { accountId, inboxId, contactId, sourceId } = c.var.visitor
    const started = await c.var.scope.useCases.startConversation({
      ...{ accountId, inboxId, contactId, sourceId, status: undefined, message: undefined },
      additionalAttributes: {},
      customAttributes: c.req.valid('json').custom_attributes,
    })
    return started.ok ? answer(c, await shownNow(c.var, started.value)) : problem(c, started.error.code)
  })
  .get('/:display_id', async (c) => answer(c, await shownNow(c.var, toRowId(c.req.param('display_id')))))
  .post('/:display_id/toggle_status', requireConversation, async (c) => {
    const { displayId, visitor, scope } = c.var
    const resolved = await scope.useCases.resolveConversation({ accountId: visitor.accountId, displayId })
    return resolved.ok ? answer(c, await shownNow(c.var, displayId)) : problem(c, resolved.error.code)
  })
  // Nobody could be shown it yet: there are no live events.
  .post('/:display_id/toggle_typing', requireConversation, body(typing, little), (c) => c.body(null, 200))
  .post('/:display_id/update_last_seen', requireConversation, async (c) => {
    const { displayId, visitor, scope } = c.var
    const noted = await scope.useCases.noteReading({ accountId: visitor.accountId, displayId })
    return noted.ok ? c.body(null, 200) : problem(c, noted.error.code)
  })
