import { type Context, Hono } from 'hono'
import * as z from 'zod'
import { requirePlatformApp } from '#adapters/http/auth.ts'
import { problem } from '#adapters/http/errors.ts'
import { body, query } from '#adapters/http/input.ts'
import { type HttpOptions, type ScopeEnv, withScope } from '#adapters/http/scope.ts'

const page = z.object({ config: z.string().max(64) })

const text = z.union([z.string(), z.number().transform(String), z.boolean().transform(String), z.null()], {
  error: 'must be a text, a number, true, false or null',
})

const changes = z.object({}).catchall(text)

const show = async (c: Context<ScopeEnv>, config: string): Promise<Response> => {
  const read = await c.var.scope.useCases.readAppConfig(config)
  return read.ok ? c.json(read.value) : problem(c, read.error.code)
}

/** The installation's configuration, a page of settings at a time: `?config=instagram`. What is read can be written back. */
export const createAppConfig = (options: HttpOptions) =>
  new Hono<ScopeEnv>()
    .use(withScope(options), requirePlatformApp)
    .get('/', query(page), (c) => show(c, c.req.valid('query').config))
    .put('/', query(page), body(changes), async (c) => {
      const { config } = c.req.valid('query')
      const changed = await c.var.scope.useCases.changeAppConfig({ page: config, values: c.req.valid('json') })
      if (changed.ok) return show(c, config)
      const { code } = changed.error
      if (code === 'app_config.unknown') return problem(c, code)
      return problem(c, code, changed.error.message, { message: changed.error.message, attributes: changed.error.names })
    })
