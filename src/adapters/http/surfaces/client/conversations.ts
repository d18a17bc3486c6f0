import { Hono } from 'hono'
import * as z from 'zod'
import { problem } from '#adapters/http/errors.ts'
import { body, query } from '#adapters/http/input.ts'
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
const shownNow = async (vars: VisitorEnv['Variables'], displayId: number) => {
  const found = await vars.scope.queries.visitorConversation(vars.visitor, displayId)
  return found && (await shown(vars, [found]))[0]
}

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
    if (!started.ok) return problem(c, started.error.code)
    const conversation = await shownNow(c.var, started.value)
    return conversation ? c.json(conversation) : problem(c, 'resource.unknown')
  })
  .get('/:display_id', requireConversation, async (c) => c.json((await shown(c.var, [c.var.conversation]))[0]))
  .post('/:display_id/toggle_status', requireConversation, async (c) => {
    const { displayId } = c.var.conversation
    const resolved = await c.var.scope.useCases.resolveConversation({ accountId: c.var.visitor.accountId, displayId })
    if (!resolved.ok) return problem(c, resolved.error.code)
    const conversation = await shownNow(c.var, displayId)
    return conversation ? c.json(conversation) : problem(c, 'resource.unknown')
  })
  // Nobody could be shown it yet: there are no live events.
  .post('/:display_id/toggle_typing', requireConversation, body(typing, little), (c) => c.body(null, 200))
  .post('/:display_id/update_last_seen', requireConversation, async (c) => {
    const noted = await c.var.scope.useCases.noteReading({
      accountId: c.var.visitor.accountId,
      displayId: c.var.conversation.displayId,
    })
    return noted.ok ? c.body(null, 200) : problem(c, noted.error.code)
  })
