import { Hono } from 'hono'
import type { HttpOptions, RequestEnv } from '#adapters/http/scope.ts'
import { metricsText } from '#adapters/http/views/metrics.ts'

/** For whatever keeps the process running. */
export const createService = (options: HttpOptions) =>
  new Hono<RequestEnv>()
    .get('/livez', (c) => c.json({ status: 'ok' }))
    .get('/readyz', async (c) => {
      const { ready, checks } = await options.readiness()
      return c.json({ status: ready ? 'ok' : 'unavailable', checks }, ready ? 200 : 503)
    })
    .get('/metrics', async (c) => {
      await using scope = await options.openScope()
      const now = options.clock.now()
      const [counts, backlog] = [await scope.queries.intakeCounts(), await scope.queries.intakeBacklog(now)]
      return c.text(metricsText(counts, backlog), 200, { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' })
    })
