import { Hono } from 'hono'
import * as z from 'zod'
import { type MemberEnv, requireAdministrator } from '#adapters/http/auth.ts'
import { problem } from '#adapters/http/errors.ts'
import { body, query, rowId } from '#adapters/http/input.ts'
import { instant, or, page } from '#adapters/http/schemas.ts'
import { webhookDeliveryJson } from '#adapters/http/views/webhook-delivery.ts'
import type { DeliverySelection } from '#application/ports/webhooks.ts'

const filter = z.object({ state: or(z.enum(['pending', 'delivered', 'failed']), undefined), page })

const selection = z
  .object({
    ids: z.array(z.uuid()).min(1).max(1000).optional(),
    state: or(z.enum(['delivered', 'failed']), undefined),
    since: or(instant, undefined),
    until: or(instant, undefined),
  })
  .refine((given) => Object.values(given).some((value) => value !== undefined), {
    error: 'must name ids, a state, since or until',
    path: ['ids'],
  })

const selectionOf = ({ ids, state, since, until }: z.output<typeof selection>): DeliverySelection => ({
  ...(ids && { ids }),
  ...(state && { state }),
  ...(since === undefined ? {} : { since }),
  ...(until === undefined ? {} : { until }),
})

/** What an inbox's own software is told, and how that went; administrators only. */
export const inboxWebhooks = new Hono<MemberEnv>()
  .get('/:id/webhook_deliveries', requireAdministrator, rowId('id'), query(filter), async (c) => {
    const { queries } = c.var.scope
    const { accountId } = c.var.member
    const inboxId = c.req.valid('param').rowId
    if (!(await queries.inbox(accountId, inboxId))) return problem(c, 'inbox.unknown')
    const { page: current_page, state } = c.req.valid('query')
    const found = await queries.webhookDeliveries(accountId, inboxId, { page: current_page, ...(state && { state }) })
    return c.json({ meta: { current_page }, payload: found.map(webhookDeliveryJson) })
  })
  .post('/:id/webhook_deliveries/redeliver', requireAdministrator, rowId('id'), body(selection), async (c) => {
    const { queries, useCases } = c.var.scope
    const inbox = { accountId: c.var.member.accountId, inboxId: c.req.valid('param').rowId }
    if (!(await queries.inbox(inbox.accountId, inbox.inboxId))) return problem(c, 'inbox.unknown')
    const which = selectionOf(c.req.valid('json'))
    return c.json({ redelivered: await useCases.redeliverWebhooks({ ...inbox, which }) })
  })
