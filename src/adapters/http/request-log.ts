import { createMiddleware } from 'hono/factory'
import type { HttpOptions, RequestEnv } from '#adapters/http/scope.ts'

const acceptable = /^[\w-]{1,128}$/

/** The caller's own id for a request where it is harmless, or else a new one. */
export const requestIdOf = (given: string | null | undefined, ids: HttpOptions['ids']): string =>
  given && acceptable.test(given) ? given : ids.next()

/** Without what makes the address of a file, or of somebody's conversations, a key to it. */
export const loggedPath = (path: string): string =>
  path
    .replace(/^(\/(?:media\/[^/]*|uploads)\/[^/]*\/[^/]*\/).*$/, '$1…')
    .replace(/^(\/public\/api\/v1\/inboxes\/[^/]*\/contacts\/)[^/]+/, '$1…')

/** Gives each request an id and writes one line about it. Never in the line: query, headers, bodies. */
export const requestLog = ({ clock, ids, logger }: Pick<HttpOptions, 'clock' | 'ids' | 'logger'>, level: 'debug' | 'info') =>
  createMiddleware<RequestEnv>(async (c, next) => {
    const startedAt = clock.now()
    const requestId = requestIdOf(c.req.header('x-request-id'), ids)
    c.set('requestId', requestId)
    c.header('X-Request-Id', requestId)
    await next()
    const { method } = c.req
    const path = loggedPath(c.req.path)
    logger[level]('http.request', { requestId, method, path, status: c.res.status, ms: clock.now() - startedAt })
  })
