import { Hono } from 'hono'
import type { ScopeEnv } from '#adapters/http/scope.ts'

/** The keys that seal the installation's secrets. Answers only ids and numbers. */
export const encryptionKeys = new Hono<ScopeEnv>().post('/rotate', async (c) => {
  const { key, credentials, secrets, settings, unreadable } = await c.var.scope.useCases.rotateKeys()
  return c.json({ key, credentials, secrets, settings, unreadable })
})
