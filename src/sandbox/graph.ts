import { type Context, Hono, type MiddlewareHandler } from 'hono'
import { afterAnswer, atMost, type NodeEnv } from './connection.ts'
import { GraphRefusal, graphAnswer, refusal, unsupported } from './errors.ts'
import { listConversations } from './graph-conversations.ts'
import { type Caller, isSelf, readNode } from './graph-nodes.ts'
import { echoOf, send } from './graph-send.ts'
import { subscribe, subscriptions, unsubscribe, wantedFields } from './graph-subscriptions.ts'
import { exchangeToken, refreshToken, requireScope, verifyToken } from './graph-tokens.ts'
import { isObject } from './json.ts'
import { upload } from './sent-media.ts'
import type { Simulation } from './simulation.ts'

type GraphEnv = NodeEnv & { Variables: { caller: Caller; body: unknown } }

/** How long a send waits for its echo to be delivered when `echo` is `before`. */
const ECHO_BEFORE_MS = 5000

/** Plays `graph.instagram.com`, with and without a version segment. */
export const createGraphApp = (sim: Simulation): Hono<NodeEnv> => {
  const nodes = createNodesApp(sim)
  return new Hono<NodeEnv>()
    .onError((error) => {
      if (error instanceof GraphRefusal) return graphAnswer(error.failure)
      throw error
    })
    .get('/access_token', (c) => c.json(exchangeToken(sim, c.req.query())))
    .get('/refresh_access_token', (c) => c.json(refreshToken(sim, c.req.query())))
    .route('/:version{v[0-9]+\\.[0-9]+}', nodes)
    .route('/', nodes)
    .all('*', (c) => {
      throw noSuchCall(c)
    })
}

const createNodesApp = (sim: Simulation) =>
  new Hono<GraphEnv>()
    .get('/:node', authenticate(sim), (c) => c.json(readNode(sim, c.var.caller, c.req.param('node'), c.req.query('fields'))))
    .use('/:node/:edge{messages|message_attachments|conversations|subscribed_apps}', authenticate(sim), onlyOwnAccount)
    .get('/:node/conversations', (c) => c.json(listConversations(sim, c.var.caller.business, c.req.query())))
    .get('/:node/subscribed_apps', (c) => c.json(subscriptions(sim, c.var.caller)))
    .delete('/:node/subscribed_apps', (c) => c.json(unsubscribe(c.var.caller)))
    .post('/:node/subscribed_apps', (c) => {
      const { body } = c.var
      const inBody = isObject(body) ? [body.subscribed_fields, body['subscribed_fields[]']] : []
      const inQuery = ['subscribed_fields', 'subscribed_fields[]'].flatMap((name) => c.req.queries(name) ?? [])
      return c.json(subscribe(sim, c.var.caller, wantedFields(inQuery, ...inBody)))
    })
    .post('/:node/message_attachments', async (c) => {
      requireScope(c.var.caller.token, 'instagram_business_manage_messages')
      return c.json(await upload(sim, c.var.caller.business, c.var.body))
    })
    .post('/:node/messages', async (c) => {
      const sent = await send(sim, c.var.caller, c.var.body)
      const echo = echoOf(sent)
      if (echo && sim.world.app.echo === 'after') sim.webhooks.push(echo, afterAnswer(c.env))
      if (echo && sim.world.app.echo === 'before') await atMost(ECHO_BEFORE_MS, sim.webhooks.push(echo))
      return c.json(sent.answer)
    })

/** The token comes as `Authorization: Bearer`, in the query or in the body. */
const authenticate =
  (sim: Simulation): MiddlewareHandler<GraphEnv> =>
  async (c, next) => {
    const body = await readBody(c)
    const bearer = /^Bearer\s+(\S+)$/i.exec(c.req.header('authorization') ?? '')?.[1]
    const inBody = isObject(body) && typeof body.access_token === 'string' ? body.access_token : undefined
    c.set('caller', verifyToken(sim, bearer ?? c.req.query('access_token') ?? inBody))
    c.set('body', body)
    await next()
  }

const onlyOwnAccount: MiddlewareHandler<GraphEnv> = async (c, next) => {
  if (!isSelf(c.var.caller, c.req.param('node') ?? '')) throw refusal('noSuchObject')
  await next()
}

/** JSON or a form; undefined when there is none or it cannot be read. */
const readBody = async (c: Context): Promise<unknown> => {
  if (c.req.method === 'GET') return undefined
  const isForm = /form/.test(c.req.header('content-type') ?? '')
  return (isForm ? c.req.parseBody({ all: true }) : c.req.json()).catch(() => undefined)
}

/** A known path with the wrong method is "unsupported"; anything else (a version twice, say) is an unknown path. */
const noSuchCall = (c: Context): GraphRefusal => {
  const known = /^(\/v\d+\.\d+)?\/[^/]+(\/(messages|message_attachments|conversations|subscribed_apps))?$/
  return known.test(new URL(c.req.url).pathname.replace(/^\/graph/, '')) ? unsupported(c.req.method) : refusal('unknownPath')
}
