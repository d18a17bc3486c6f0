import { Hono } from 'hono'
import * as z from 'zod'
import { type MemberEnv, requireAdministrator } from '#adapters/http/auth.ts'
import { problem } from '#adapters/http/errors.ts'
import { body } from '#adapters/http/input.ts'
import { flag, or, webUrl } from '#adapters/http/schemas.ts'
import type { HttpOptions } from '#adapters/http/scope.ts'

const wishes = z.object({ return_to: or(webUrl, undefined), force_reauth: or(flag, false) })

const heldToken = z.object({ token: z.string().min(1).max(2048) })

/** Begins the connection of a provider's account (`/instagram/authorization`), or makes it with a token that is at hand. */
export const authorization = ({ frontendUrl }: HttpOptions) =>
  new Hono<MemberEnv>()
    .post('/:channel/authorization', requireAdministrator, body(wishes), async (c) => {
      const channel = c.req.param('channel')
      const { accountId, userId } = c.var.member
      const { return_to: returnTo, force_reauth: afresh } = c.req.valid('json')
      const redirectUri = `${frontendUrl}/${channel}/callback`
      const started = await c.var.scope.useCases.startConnection({ accountId, userId, channel, redirectUri, returnTo, afresh })
      if (started.ok) return c.json({ success: true, url: started.value.url })
      return problem(c, started.error.code, 'message' in started.error ? started.error.message : undefined)
    })
    .post('/:channel/token', requireAdministrator, body(heldToken), async (c) => {
      const channel = c.req.param('channel')
      const { accountId, userId } = c.var.member
      const adopted = await c.var.scope.useCases.adoptToken({ accountId, userId, channel, token: c.req.valid('json').token })
      if (adopted.ok) return c.json({ success: true, inbox_id: adopted.value.inboxId, created: adopted.value.created })
      return problem(c, adopted.error.code, 'message' in adopted.error ? adopted.error.message : undefined)
    })
