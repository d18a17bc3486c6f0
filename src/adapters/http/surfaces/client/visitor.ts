import { createMiddleware } from 'hono/factory'
import { problem } from '#adapters/http/errors.ts'
import { toRowId } from '#adapters/http/input.ts'
import type { ScopeEnv } from '#adapters/http/scope.ts'
import type { ClientInboxView, VisitorView } from '#application/ports/visitors.ts'
import { mayEnter } from '#domain/contact/visitor.ts'

export interface ClientEnv {
  Variables: ScopeEnv['Variables'] & { inbox: ClientInboxView; countBytes: (bytes: number) => void }
}

export interface VisitorEnv {
  Variables: ClientEnv['Variables'] & { visitor: VisitorView }
}

export interface TalkEnv {
  Variables: VisitorEnv['Variables'] & { displayId: number }
}

/** The inbox of the path, of software of an account's own. */
export const requireInbox = createMiddleware<ClientEnv>(async (c, next) => {
  c.header('Cache-Control', 'no-store')
  const { queries, channels } = c.var.scope
  const bridged = [...channels.values()].filter((channel) => channel.bridged).map(({ kind }) => kind)
  const inbox = await queries.clientInbox(bridged, c.req.param('inbox_identifier') ?? '')
  if (!inbox) return problem(c, 'resource.unknown')
  c.set('inbox', inbox)
  return next()
})

/** Whoever the source id of the path opens the inbox to. One that opens nothing looks like one that is not there. */
export const requireVisitor = createMiddleware<VisitorEnv>(async (c, next) => {
  const { inbox, scope } = c.var
  const visitor = await scope.queries.visitor(inbox, c.req.param('source_id') ?? '')
  if (!visitor) return problem(c, 'visitor.unknown')
  if (!mayEnter(visitor.access, inbox.hmacMandatory)) return problem(c, 'identity.required')
  c.set('visitor', visitor)
  return next()
})

/** The conversation of the path, where it is the visitor's. */
export const requireConversation = createMiddleware<TalkEnv>(async (c, next) => {
  const displayId = toRowId(c.req.param('display_id'))
  if (displayId === undefined || !(await c.var.scope.queries.hasConversation(c.var.visitor, displayId)))
    return problem(c, 'resource.unknown')
  c.set('displayId', displayId)
  return next()
})
