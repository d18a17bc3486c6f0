import { Hono } from 'hono'
import { type FaultInput, faultInput, input } from './control-input.ts'
import type { FaultAction } from './faults.ts'
import { ControlError } from './input.ts'
import type { Simulation } from './simulation.ts'

const RULES_MAX = 1000

/** What is to go wrong. */
export const createFaultsControl = ({ faults }: Simulation): Hono =>
  new Hono()
    .get('/faults', (c) => c.json({ data: faults.list() }))
    .post('/faults', async (c) => {
      const wanted = await input(c, faultInput)
      const nonsense = nonsenseIn(wanted) ?? (faults.list().length >= RULES_MAX ? `There can be ${RULES_MAX} rules at most` : undefined)
      if (nonsense !== undefined) throw new ControlError(422, 'fault.invalid', nonsense)
      return c.json(faults.add({ match: {}, ...wanted }), 201)
    })
    .delete('/faults', (c) => c.json({ removed: faults.remove() }))
    .delete('/faults/:id', (c) => {
      const removed = faults.remove(c.req.param('id'))
      if (removed === 0) throw new ControlError(404, 'fault.unknown', `There is no rule ${c.req.param('id')}`)
      return c.json({ removed })
    })

const FOR_WEBHOOKS: (keyof FaultAction)[] = ['delay_ms', 'drop', 'duplicate', 'reorder']
const FOR_CALLS: (keyof FaultAction)[] = ['delay_ms', 'hang_ms', 'status', 'body', 'raw_body', 'headers', 'drop']

/** Why the rule cannot do what it says, as a sentence. */
const nonsenseIn = ({ match, do: action }: FaultInput): string | undefined => {
  if (match?.path !== undefined && !isPattern(match.path)) return `match.path is not a regular expression: ${match.path}`
  const [what, known, drops] =
    match?.host === 'webhook'
      ? (['A webhook', FOR_WEBHOOKS, [true]] as const)
      : (['A call (only match.host webhook is about webhooks)', FOR_CALLS, ['before', 'after']] as const)
  const stray = Object.keys(action).find((key) => !known.some((name) => name === key))
  if (stray !== undefined) return `${what} has no fault ${stray}; it has ${known.join(', ')}`
  if (action.drop !== undefined && !drops.some((drop) => drop === action.drop)) return `${what} has drop: ${drops.join(' or ')}`
  return undefined
}

const isPattern = (source: string): boolean => {
  try {
    return new RegExp(source) !== null
  } catch {
    return false
  }
}
