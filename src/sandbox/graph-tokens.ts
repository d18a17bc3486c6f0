import { issueToken } from './accounts.ts'
import { refusal, unsupported } from './errors.ts'
import { sameSecret } from './oauth-token.ts'
import type { Simulation } from './simulation.ts'
import type { Business, Token } from './world.ts'

const DAY_MS = 86_400_000

type Query = Record<string, string>

/** The token and its account, or the refusal that fits: unknown, withdrawn, expired. */
export const verifyToken = ({ world, now }: Simulation, value: string | undefined): { token: Token; business: Business } => {
  const token = value === undefined ? undefined : world.tokens.get(value)
  const business = token && world.businesses.get(token.business_id)
  if (token === undefined || business === undefined) throw refusal('tokenInvalid')
  if (token.failure !== null) throw refusal(token.failure)
  if (now() >= token.expires_at) throw refusal('tokenExpired')
  return { token, business }
}

export const requireScope = (token: Token, scope: string): void => {
  if (!token.scopes.includes(scope)) throw refusal('permission', `(#10) The person did not grant ${scope}`)
}

/**
 * `GET /access_token`: short-lived becomes long-lived. A wrong secret, a wrong kind of token and an account that has not accepted
 * its tester invitation all get the same misleading answer, "Unsupported request".
 */
export const exchangeToken = (sim: Simulation, query: Query) => {
  if (query.grant_type !== 'ig_exchange_token') throw unsupported('get')
  if (!sameSecret(query.client_secret, sim.appSecret)) throw unsupported('get')
  const { token, business } = verifyToken(sim, query.access_token)
  if (token.kind !== 'short' || !business.tester_accepted) throw unsupported('get')
  return longLived(issueToken(sim, business.user_id, { kind: 'long', scopes: token.scopes }))
}

/** `GET /refresh_access_token`: a new token for a living one of at least 24 hours; the old one lives on until it expires. */
export const refreshToken = (sim: Simulation, query: Query) => {
  if (query.grant_type !== 'ig_refresh_token') throw unsupported('get')
  const { token, business } = verifyToken(sim, query.access_token)
  if (token.kind !== 'long' || !business.tester_accepted) throw unsupported('get')
  requireScope(token, 'instagram_business_basic')
  if (sim.now() - token.issued_at < DAY_MS) throw refusal('invalid', '(#100) The access token is younger than 24 hours')
  const fresh = issueToken(sim, business.user_id, { kind: 'long', scopes: token.scopes })
  return { ...longLived(fresh), permissions: fresh.scopes.join(',') }
}

const longLived = ({ access_token, issued_at, expires_at }: Token) => ({
  access_token,
  token_type: 'bearer',
  expires_in: (expires_at - issued_at) / 1000,
})
