import { refusal, unsupported } from './errors.ts'
import type { Caller } from './graph-nodes.ts'
import type { Simulation } from './simulation.ts'
import { FIELDS } from './world.ts'

/** Fields that Meta's pages spell in two ways. */
const otherSpellings: Record<string, string> = { messaging_referral: 'messaging_referrals', message_reactions: 'messaging_reactions' }

const spelled = ({ world }: Simulation, field: string): string =>
  world.app.field_spelling === 'other' ? (otherSpellings[field] ?? field) : field

/** `POST /{account}/subscribed_apps`: replaces the set of fields. */
export const subscribe = (sim: Simulation, { business }: Caller, fields: readonly string[]) => {
  const known = new Map(FIELDS.map((field) => [spelled(sim, field), field]))
  if (!business.tester_accepted) throw unsupported('post')
  if (fields.length === 0) throw refusal('invalid', '(#100) The parameter subscribed_fields is required')
  const unknown = fields.find((field) => !known.has(field))
  if (unknown !== undefined)
    throw refusal('invalid', `(#100) subscribed_fields does not know ${unknown}: one of ${[...known.keys()].join(', ')}`)
  business.subscribed_fields = [...new Set(fields.map((field) => known.get(field) ?? field))]
  return { success: true }
}

export const unsubscribe = ({ business }: Caller) => {
  business.subscribed_fields = []
  return { success: true }
}

export const subscriptions = (sim: Simulation, { business }: Caller) => {
  const subscribed_fields = business.subscribed_fields.map((field) => spelled(sim, field))
  return { data: subscribed_fields.length > 0 ? [{ id: sim.appId, subscribed_fields }] : [] }
}

/** The fields may come as a comma list, as repeated `subscribed_fields[]`, or as a JSON array. */
export const wantedFields = (...values: unknown[]): string[] =>
  values
    .flat()
    .flatMap((value) => (typeof value === 'string' ? value.split(',') : []))
    .map((field) => field.trim())
    .filter((field) => field !== '')
