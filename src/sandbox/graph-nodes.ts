import { refusal, unsupported } from './errors.ts'
import { conversationNode, messageNode } from './graph-conversations.ts'
import { select } from './graph-fields.ts'
import { requireScope } from './graph-tokens.ts'
import type { Simulation } from './simulation.ts'
import type { Business, Customer, Token } from './world.ts'

export interface Caller {
  readonly business: Business
  readonly token: Token
}

export const isSelf = ({ business }: Caller, node: string): boolean => node === 'me' || node === business.user_id || node === business.id

/** `GET /{node}?fields=`: the account itself, a person, a conversation or a message. */
export const readNode = (sim: Simulation, caller: Caller, node: string, fields: string | undefined) => {
  if (isSelf(caller, node)) return readSelf(caller, fields)
  const customer = sim.world.customers.get(node)
  if (customer?.business_id === caller.business.user_id) return readProfile(caller, customer, fields)
  const found = conversationNode(sim, caller.business, node) ?? messageNode(sim, caller.business, node)
  if (found) {
    requireScope(caller.token, 'instagram_business_manage_messages')
    return select(found, fields)
  }
  throw refusal(/^\d+$/.test(node) ? 'noMatchingProfile' : 'noSuchObject')
}

const readSelf = ({ business, token }: Caller, fields: string | undefined) => {
  if (!business.tester_accepted) throw unsupported('get')
  requireScope(token, 'instagram_business_basic')
  const { tester_accepted, message_access, subscribed_fields, send_error, ...visible } = business
  return select(visible, fields)
}

/** The picture of a person is `profile_pic`; `profile_picture_url` and `biography` exist on the account only. */
const readProfile = ({ token }: Caller, customer: Customer, fields: string | undefined) => {
  if (customer.profile_error !== null) throw refusal(customer.profile_error)
  requireScope(token, 'instagram_business_basic')
  if (!customer.consent) throw refusal('consent')
  const { igsid: id, name, username, profile_pic, follower_count } = customer
  const { is_user_follow_business, is_business_follow_user, is_verified_user } = customer
  return select(
    { id, name, username, profile_pic, follower_count, is_user_follow_business, is_business_follow_user, is_verified_user },
    fields,
  )
}
