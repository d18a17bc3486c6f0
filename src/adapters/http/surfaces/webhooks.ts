import { Hono } from 'hono'
import { type ErrorCode, plainProblem, problem } from '#adapters/http/errors.ts'
import { readBody } from '#adapters/http/read-body.ts'
import { requestIdOf, requestLog } from '#adapters/http/request-log.ts'
import type { HttpOptions, RequestEnv } from '#adapters/http/scope.ts'

const maxBytes = 4 * 1024 * 1024

/** The channel in the address of a webhook, or undefined for any other address. */
const channelIn = (url: string): string | undefined => /^https?:\/\/[^/?#]+\/webhooks\/([\w-]+)(?:[?#]|$)/.exec(url)?.[1]

/** Takes in what providers push; undefined where a request is something else. */
export type WebhookIntake = (request: Request) => Promise<Response> | undefined

/** The hot path: it asks nothing of the router and of middleware, which would cost as much as all that is done here. */
export const createWebhookIntake = (options: HttpOptions): WebhookIntake => {
  const { clock, ids, logger } = options

  const accept = async (request: Request, channel: string): Promise<ErrorCode | undefined> => {
    const body = await readBody(request, maxBytes)
    if (!body.ok) return body.error === 'too_large' ? 'webhook.too_large' : 'request.unreadable'
    await using scope = await options.openScope()
    const header = (name: string): string | undefined => request.headers.get(name) ?? undefined
    const accepted = await scope.useCases.acceptWebhook({ channel, body: body.value, header })
    return accepted.ok ? undefined : accepted.error.code
  }

  const answer = async (request: Request, channel: string): Promise<Response> => {
    const startedAt = clock.now()
    const requestId = requestIdOf(request.headers.get('x-request-id'), ids)
    const path = `/webhooks/${channel}`
    const headers = { 'X-Request-Id': requestId }
    try {
      const refused = await accept(request, channel)
      const response =
        refused === undefined
          ? new Response('ok', { headers: { 'Content-Type': 'text/plain; charset=UTF-8', ...headers } })
          : plainProblem(refused, headers)
      logger.debug('http.request', { requestId, method: 'POST', path, status: response.status, ms: clock.now() - startedAt })
      return response
    } catch (error) {
      logger.error('http.failed', { requestId, method: 'POST', path, error })
      return plainProblem('internal.error', headers)
    }
  }

  return (request) => {
    const channel = request.method === 'POST' ? channelIn(request.url) : undefined
    return channel === undefined ? undefined : answer(request, channel)
  }
}

export const createWebhooks = (options: HttpOptions, takeIn: WebhookIntake) =>
  new Hono<RequestEnv>()
    .get('/webhooks/:channel', requestLog(options, 'debug'), async (c) => {
      await using scope = await options.openScope()
      const answered = await scope.useCases.answerHandshake({ channel: c.req.param('channel'), query: (name) => c.req.query(name) })
      if (!answered.ok) return problem(c, answered.error.code)
      c.header('X-Content-Type-Options', 'nosniff')
      return c.text(answered.value)
    })
    .post('/webhooks/:channel', (c) => takeIn(c.req.raw) ?? problem(c, 'channel.unknown'))
