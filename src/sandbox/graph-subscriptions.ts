import { refusal, unsupported } from './errors.ts'
import type { Caller } from './graph-nodes.ts'
import { FIELDS } from './world.ts'

/** `POST /{account}/subscribed_apps`: replaces the set of fields. */
export const subscribe = ({ business }: Caller, fields: readonly string[]) => {
  if (!business.tester_accepted) throw unsupported('post')
  if (fields.length === 0) throw refusal('invalid', '(#100) The parameter subscribed_fields is required')
  const unknown = fields.find((field) => !FIELDS.includes(field))
  if (unknown !== undefined) throw refusal('invalid', `(#100) subscribed_fields does not know ${unknown}: one of ${FIELDS.join(', ')}`)
  business.subscribed_fields = [...new Set(fields)]
  return { success: true }
}

export const unsubscribe = ({ business }: Caller) => {
  business.subscribed_fields = []
  return { success: true }
}

export const subscriptions = ({ business }: Caller, appId: string) => ({
  data: business.subscribed_fields.length > 0 ? [{ id: appId, subscribed_fields: business.subscribed_fields }] : [],
})

/** The fields may come as a comma list, as repeated `subscribed_fields[]`, or as a JSON array. */
export const wantedFields = (...values: unknown[]): string[] =>
  values
    .flat()
    .flatMap((value) => (typeof value === 'string' ? value.split(',') : []))
    .map((field) => field.trim())
    .filter((field) => field !== '')
