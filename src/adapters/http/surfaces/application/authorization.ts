import { Hono } from 'hono'
import { type MemberEnv, requireAdministrator } from '#adapters/http/auth.ts'
import { problem } from '#adapters/http/errors.ts'
import type { HttpOptions } from '#adapters/http/scope.ts'

/** Begins the connection of a provider's account: `/instagram/authorization`. */
export const authorization = ({ frontendUrl }: HttpOptions) =>
  new Hono<MemberEnv>().post('/:channel/authorization', requireAdministrator, async (c) => {
    const channel = c.req.param('channel')
    const { accountId, userId } = c.var.member
    const redirectUri = `${frontendUrl}/${channel}/callback`
    const started = await c.var.scope.useCases.startConnection({ accountId, userId, channel, redirectUri })
    if (started.ok) return c.json({ success: true, url: started.value.url })
    return problem(c, started.error.code, 'message' in started.error ? started.error.message : undefined)
  })
