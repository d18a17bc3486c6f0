import { Hono } from 'hono'
import { problem } from '#adapters/http/errors.ts'
import { readBody } from '#adapters/http/read-body.ts'
import { requestLog } from '#adapters/http/request-log.ts'
import type { HttpOptions, RequestEnv } from '#adapters/http/scope.ts'

const maxBytes = 4 * 1024 * 1024

/** Where providers push. The hot path: registered before everything else, and nothing runs here but what is written here. */
export const createWebhooks = (options: HttpOptions) => {
  const log = requestLog(options, 'debug')
  return new Hono<RequestEnv>()
    .get('/webhooks/:channel', log, async (c) => {
      await using scope = await options.openScope()
      const answered = await scope.useCases.answerHandshake({ channel: c.req.param('channel'), query: (name) => c.req.query(name) })
      if (!answered.ok) return problem(c, answered.error.code)
      c.header('X-Content-Type-Options', 'nosniff')
      return c.text(answered.value)
    })
    .post('/webhooks/:channel', log, async (c) => {
      const body = await readBody(c.req.raw, maxBytes)
      if (!body.ok) return problem(c, body.error === 'too_large' ? 'webhook.too_large' : 'request.unreadable')
      await using scope = await options.openScope()
      const accepted = await scope.useCases.acceptWebhook({
        channel: c.req.param('channel'),
        body: body.value,
        header: (name) => c.req.header(name),
      })
      return accepted.ok ? c.text('ok') : problem(c, accepted.error.code)
    })
}
