import { accessToken, accountId, conversationId, igsid, scopedId } from './ids.ts'
import type { Simulation } from './simulation.ts'
import { type Business, type Customer, remember, type Token } from './world.ts'

export const SHORT_LIFE_MS = 3_600_000
/** What the real exchange answers: a little under 60 days. */
export const LONG_LIFE_MS = 5_183_944_000

export const SCOPES = [
  'instagram_business_basic',
  'instagram_business_manage_messages',
  'instagram_business_manage_comments',
  'instagram_business_content_publish',
  'instagram_business_manage_insights',
]

export const addBusiness = ({ world, url }: Simulation, wanted: Partial<Business>): Business => {
  const userId = wanted.user_id ?? accountId()
  const business: Business = {
    id: scopedId(),
    username: `shop_${userId.slice(-6)}`,
    name: `Shop ${userId.slice(-6)}`,
    account_type: 'Business',
    biography: '',
    profile_picture_url: `${url}/media/avatar-${userId}.png`,
    followers_count: 250,
    follows_count: 40,
    media_count: 12,
    tester_accepted: true,
    message_access: true,
    subscribed_fields: [],
    send_error: null,
    ...wanted,
    user_id: userId,
  }
  world.businesses.set(userId, business)
  return business
}

export const addCustomer = ({ world, url }: Simulation, business: Business, wanted: Partial<Customer>): Customer => {
  const id = wanted.igsid ?? igsid()
  const customer: Customer = {
    conversation_id: conversationId(business.user_id),
    username: `guest_${id.slice(-6)}`,
    name: `Guest ${id.slice(-6)}`,
    profile_pic: `${url}/media/avatar-${id}.png`,
    follower_count: 75,
    is_user_follow_business: false,
    is_business_follow_user: false,
    is_verified_user: false,
    consent: false,
    profile_error: null,
    send_error: null,
    last_message_at: null,
    ...wanted,
    igsid: id,
    business_id: business.user_id,
  }
  world.customers.set(id, customer)
  world.threads.set(id, [])
  return customer
}

export interface TokenOptions {
  kind: Token['kind']
  scopes: string[]
  /** How long ago it was issued. */
  age_ms?: number
}

export const issueToken = ({ world, now }: Simulation, businessId: string, { kind, scopes, age_ms = 0 }: TokenOptions): Token => {
  const issuedAt = now() - age_ms
  const token: Token = {
    access_token: accessToken(),
    business_id: businessId,
    kind,
    scopes,
    issued_at: issuedAt,
    expires_at: issuedAt + (kind === 'short' ? SHORT_LIFE_MS : LONG_LIFE_MS),
    failure: null,
  }
  remember(world.tokens, token.access_token, token)
  return token
}
