import { createMiddleware } from 'hono/factory'
import type { HttpOptions, RequestEnv } from '#adapters/http/scope.ts'

const acceptable = /^[\w-]{1,128}$/

/**
 * Gives each request an id, the caller's own where it is harmless, and writes one line about it. Never in the line: query,
 * headers, bodies.
 */
export const requestLog = ({ clock, ids, logger }: Pick<HttpOptions, 'clock' | 'ids' | 'logger'>, level: 'debug' | 'info') =>
  createMiddleware<RequestEnv>(async (c, next) => {
    const startedAt = clock.now()
    const given = c.req.header('x-request-id')
    const requestId = given !== undefined && acceptable.test(given) ? given : ids.next()
    c.set('requestId', requestId)
    c.header('X-Request-Id', requestId)
    await next()
    const { method, path } = c.req
    logger[level]('http.request', { requestId, method, path, status: c.res.status, ms: clock.now() - startedAt })
  })
