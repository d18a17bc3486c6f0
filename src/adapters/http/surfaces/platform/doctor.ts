import { Hono } from 'hono'
import * as z from 'zod'
import { query } from '#adapters/http/input.ts'
import { page } from '#adapters/http/schemas.ts'
import type { HttpOptions, ScopeEnv } from '#adapters/http/scope.ts'
import { inspectionJson } from '#adapters/http/views/inspection.ts'

/** What a person would have to look at by hand: for the installation, and for its inboxes 25 at a time. */
export const doctor = ({ frontendUrl }: HttpOptions) =>
  new Hono<ScopeEnv>()
    .get('/', async (c) => c.json({ checks: await c.var.scope.useCases.inspectInstallation(frontendUrl) }))
    .get('/inboxes', query(z.object({ page })), async (c) => {
      const { queries, useCases } = c.var.scope
      const inspected = []
      for (const { accountId, inboxId, name } of await queries.connections(c.req.valid('query').page)) {
        const inspection = await useCases.inspectConnection({ accountId, inboxId })
        if (inspection.ok) inspected.push({ account_id: accountId, inbox_id: inboxId, name, connection: inspectionJson(inspection.value) })
      }
      return c.json({ payload: inspected })
    })
