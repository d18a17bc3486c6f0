import { Hono } from 'hono'
import * as z from 'zod'
import { problem } from '#adapters/http/errors.ts'
import { body, query, rowId } from '#adapters/http/input.ts'
import { instant, or, page, rowNumber } from '#adapters/http/schemas.ts'
import type { ScopeEnv } from '#adapters/http/scope.ts'
import { intakeEventDetailJson, intakeEventJson } from '#adapters/http/views/intake-event.ts'
import type { IntakeSelection } from '#application/ports/intake.ts'

const filter = z.object({
  state: or(z.enum(['pending', 'done', 'parked', 'unknown']), undefined),
  since: or(instant, undefined),
  until: or(instant, undefined),
  page,
})

const selection = z
  .object({
    ids: z.array(rowNumber).min(1).max(10_000).optional(),
    state: or(z.enum(['done', 'parked', 'unknown']), undefined),
    since: or(instant, undefined),
    until: or(instant, undefined),
  })
  .refine((given) => Object.values(given).some((value) => value !== undefined), {
    error: 'must name ids, a state, since or until',
    path: ['ids'],
  })

const selectionOf = ({ ids, state, since, until }: z.output<typeof selection>): IntakeSelection =>
  ids
    ? { ids }
    : { ...(state === undefined ? {} : { state }), ...(since === undefined ? {} : { since }), ...(until === undefined ? {} : { until }) }

/** What providers sent, event by event, and what became of it. */
export const intakeEvents = new Hono<ScopeEnv>()
  .get('/', query(filter), async (c) => {
    const { state, since, until, page } = c.req.valid('query')
    const found = await c.var.scope.queries.intakeEvents({
      page,
      ...(state === undefined ? {} : { state }),
      ...(since === undefined ? {} : { since }),
      ...(until === undefined ? {} : { until }),
    })
    return c.json({ meta: { count: found.count, current_page: page }, payload: found.page.map(intakeEventJson) })
  })
  .post('/replay', body(selection), async (c) => {
    return c.json({ replayed: await c.var.scope.useCases.replayIntake(selectionOf(c.req.valid('json'))) })
  })
  .get('/:id', rowId('id'), async (c) => {
    const event = await c.var.scope.queries.intakeEvent(c.req.valid('param').rowId)
    return event ? c.json(intakeEventDetailJson(event)) : problem(c, 'intake_event.unknown')
  })
