import type { Context } from 'hono'
import { FAILURES, type FailureName } from './errors.ts'
import {
  anything,
  type Check,
  ControlError,
  count,
  either,
  flag,
  listOf,
  oneOf,
  orNull,
  parse,
  record,
  type Shaped,
  shape,
  share,
  text,
  whole,
} from './input.ts'
import type { Simulation } from './simulation.ts'
import { type Business, type Customer, FIELDS } from './world.ts'

/** What each control route takes. `createSandboxClient` has its parameter types from here. */

const isFailureName = (value: unknown): value is FailureName => typeof value === 'string' && Object.hasOwn(FAILURES, value)
const failureName: Check<FailureName> = { what: `one of ${Object.keys(FAILURES).join(', ')}`, is: isFailureName }
const failure = shape({
  status: whole(200, 599),
  message: text,
  'type?': text,
  'code?': count,
  'error_subcode?': count,
  'is_transient?': flag,
})
const script = either(failureName, failure)
const texts: Check<Record<string, string>> = {
  what: 'an object of texts',
  is: (value): value is Record<string, string> => record.is(value) && Object.values(value).every(text.is),
}
const fields = listOf(oneOf(...FIELDS))

export const appInput = {
  'callback_url?': orNull(text),
  'verify_token?': orNull(text),
  'redirect_uris?': listOf(text),
  'deauthorize_url?': orNull(text),
  'data_deletion_url?': orNull(text),
  'human_agent_approved?': flag,
  'media_origins?': texts,
  'token_shape?': oneOf('flat', 'data'),
  'field_spelling?': oneOf('usual', 'other'),
  'fields?': fields,
  'echo?': oneOf('after', 'before', 'none'),
  'retry_base_ms?': count,
  'retry_max_ms?': count,
  'retry_limit?': whole(1),
  'webhook_timeout_ms?': count,
  'delivery_concurrency?': whole(1, 1000),
}

export const businessInput = {
  'username?': text,
  'name?': orNull(text),
  'account_type?': text,
  'biography?': text,
  'profile_picture_url?': text,
  'followers_count?': count,
  'follows_count?': count,
  'media_count?': count,
  'tester_accepted?': flag,
  'message_access?': flag,
  'subscribed_fields?': fields,
  'send_error?': orNull(script),
}
/** Ids are given only at birth. */
export const newBusinessInput = { ...businessInput, 'user_id?': text, 'id?': text }

export const customerInput = {
  'username?': text,
  'name?': orNull(text),
  'profile_pic?': text,
  'follower_count?': count,
  'is_user_follow_business?': flag,
  'is_business_follow_user?': flag,
  'is_verified_user?': flag,
  'consent?': flag,
  'profile_error?': orNull(script),
  'send_error?': orNull(script),
  'last_message_at?': orNull(count),
}
export const newCustomerInput = { ...customerInput, 'igsid?': text }

export const writingInput = {
  'text?': text,
  'attachments?': listOf(shape({ type: text, 'url?': text, 'payload?': record })),
  'reply_to?': text,
  'quick_reply?': text,
  'timestamp?': count,
  'message?': record,
}

const faultAction = shape({
  'delay_ms?': count,
  'hang_ms?': count,
  'status?': whole(200, 599),
  'body?': anything,
  'raw_body?': text,
  'headers?': texts,
  'drop?': oneOf('before', 'after', true),
  'duplicate?': whole(1, 100),
  'reorder?': flag,
})
export const faultInput = {
  'match?': shape({ 'host?': oneOf('api', 'graph', 'media', 'webhook'), 'path?': text, 'method?': text }),
  'times?': count,
  'probability?': share,
  do: faultAction,
}

export type AppInput = Shaped<typeof appInput>
export type NewBusinessInput = Shaped<typeof newBusinessInput>
export type BusinessInput = Shaped<typeof businessInput>
export type NewCustomerInput = Shaped<typeof newCustomerInput>
export type CustomerInput = Shaped<typeof customerInput>
export type WritingInput = Shaped<typeof writingInput>
export type FaultInput = Shaped<typeof faultInput>

/** The JSON body, checked; an empty body counts as `{}`. */
export const input = async <const S extends Parameters<typeof parse>[1]>(c: Context, checks: S): Promise<Shaped<S>> => {
  const body = await c.req.text()
  try {
    return parse(body === '' ? {} : JSON.parse(body), checks)
  } catch (error) {
    throw error instanceof SyntaxError ? new ControlError(400, 'input.unreadable', `The body is not JSON: ${error.message}`) : error
  }
}

/** The newest of a list, oldest of them first: `?limit=`, 100 when absent, at most 1000. */
export const newest = <T>(c: Context, items: readonly T[]): T[] => {
  const limit = Math.min(Number(c.req.query('limit') ?? 100) || 100, 1000)
  return items.slice(-limit)
}

export const businessOf = ({ world }: Simulation, id: string): Business => {
  const business = world.businesses.get(id)
  if (business === undefined) throw new ControlError(404, 'business.unknown', `There is no business ${id}`)
  return business
}

export const customerOf = ({ world }: Simulation, id: string): Customer => {
  const customer = world.customers.get(id)
  if (customer === undefined) throw new ControlError(404, 'customer.unknown', `There is no customer ${id}`)
  return customer
}
