import { timingSafeEqual } from 'node:crypto'
import { Hono } from 'hono'
import { issueToken } from './accounts.ts'
import { oauthAnswer } from './errors.ts'
import type { Simulation } from './simulation.ts'
import type { AuthorizationCode, Token } from './world.ts'

const CODE_LIFE_MS = 3_600_000

/** Plays `api.instagram.com`: the code becomes a token that lives one hour. */
export const createOAuthApp = (sim: Simulation): Hono =>
  new Hono().post('/oauth/access_token', async (c) => {
    const form = await c.req.parseBody()
    if (form.client_id !== sim.appId) return oauthAnswer('Invalid platform app')
    if (!sameSecret(form.client_secret, sim.appSecret)) return oauthAnswer('Error validating client secret.')
    if (form.grant_type !== 'authorization_code') return oauthAnswer('The grant_type has to be authorization_code')
    const code = takeCode(sim, form.code)
    if (code === undefined) return oauthAnswer('Matching code was not found or was already used')
    if (form.redirect_uri !== code.redirect_uri)
      return oauthAnswer(
        'Error validating verification code. Please make sure your redirect_uri is identical to the one you used in the OAuth dialog request',
      )
    return tokenAnswer(sim, issueToken(sim, code.business_id, { kind: 'short', scopes: code.scopes }))
  })

export const sameSecret = (given: unknown, wanted: string): boolean => {
  const [a, b] = [Buffer.from(typeof given === 'string' ? given : ''), Buffer.from(wanted)]
  return a.length === b.length && timingSafeEqual(a, b)
}

/** A code is gone once it was shown here. One with the `#_` of the redirect still on it matches nothing. */
const takeCode = ({ world, now }: Simulation, value: unknown): AuthorizationCode | undefined => {
  const code = typeof value === 'string' ? world.codes.get(value) : undefined
  if (code === undefined) return undefined
  world.codes.delete(code.code)
  return now() - code.issued_at < CODE_LIFE_MS ? code : undefined
}

const tokenAnswer = ({ world }: Simulation, token: Token): Response => {
  const { access_token, business_id, scopes } = token
  if (world.app.token_shape === 'data') {
    const user_id = world.businesses.get(business_id)?.id ?? business_id
    return Response.json({ data: [{ access_token, user_id, permissions: scopes.join(',') }] })
  }
  // A JSON number beyond 2^53, as the real host sends it: JSON.parse would spoil it, and JSON.stringify cannot write it.
  const rest = JSON.stringify({ permissions: scopes }).slice(1)
  return new Response(`{"access_token": ${JSON.stringify(access_token)}, "user_id": ${business_id}, ${rest}`, {
    headers: { 'content-type': 'application/json' },
  })
}
