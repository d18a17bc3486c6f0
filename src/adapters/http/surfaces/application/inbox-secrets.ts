import { Hono } from 'hono'
import { type MemberEnv, requireAdministrator } from '#adapters/http/auth.ts'
import { problem } from '#adapters/http/errors.ts'
import { rowId } from '#adapters/http/input.ts'
import type { HttpOptions } from '#adapters/http/scope.ts'
import { answerInbox } from '#adapters/http/surfaces/application/shown-inbox.ts'
import type { SecretKind } from '#application/ports/inbox-secrets.ts'

const resets: readonly (readonly [path: string, kind: SecretKind])[] = [
  ['/:id/reset_secret', 'webhook'],
  ['/:id/reset_hmac_token', 'hmac'],
]

/** New secrets for an inbox of the account's own software; administrators only. */
export const inboxSecrets = (options: HttpOptions) => {
  const app = new Hono<MemberEnv>()
  for (const [path, kind] of resets) {
    app.post(path, requireAdministrator, rowId('id'), async (c) => {
      const { accountId } = c.var.member
      const replaced = await c.var.scope.useCases.replaceSecret({ accountId, inboxId: c.req.valid('param').rowId, kind })
      return replaced.ok ? answerInbox(c, replaced.value, options) : problem(c, replaced.error.code)
    })
  }
  return app
}
