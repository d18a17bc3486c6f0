import { errors, type JWTPayload, jwtVerify, SignJWT } from 'jose'
import type { Clock } from '#application/ports/clock.ts'
import type { Ids } from '#application/ports/ids.ts'
import type { OpenedState, StateTokens } from '#application/ports/state-tokens.ts'
import { type Instant, minutes } from '#domain/shared/instant.ts'
import { err, ok } from '#domain/shared/result.ts'

const algorithm = 'HS256'
const issuer = 'dovecote'
const audience = 'dovecote:state'
const lifetime = minutes(10)

interface Options {
  /** At least 32 bytes, used for nothing else. */
  readonly secret: Uint8Array
  readonly clock: Clock
  readonly ids: Ids
}

/** The claims of a token that we signed, whether it is still in time or not; undefined for anything else. */
const signedClaims = async (token: string, secret: Uint8Array, now: Instant): Promise<JWTPayload | undefined> => {
  try {
    const { payload } = await jwtVerify(token, secret, { algorithms: [algorithm], issuer, audience, currentDate: new Date(now) })
    return payload
  } catch (error) {
    // jose looks at the time last, so everything else about an expired token was right.
    if (error instanceof errors.JWTExpired) return error.payload
    if (error instanceof errors.JOSEError) return undefined
    throw error
  }
}

const isRowId = (value: unknown): value is number => Number.isSafeInteger(value)

const asState = ({
  jti,
  exp,
  purpose,
  account_id: accountId,
  user_id: userId,
  return_to: returnTo,
}: JWTPayload): OpenedState | undefined =>
  jti !== undefined && exp !== undefined && typeof purpose === 'string' && isRowId(accountId) && isRowId(userId)
    ? { id: jti, expiresAt: Math.round(exp * 1000), purpose, accountId, userId, ...(typeof returnTo === 'string' ? { returnTo } : {}) }
    : undefined

/** OAuth states as JWTs (HS256). They say nothing secret; the signature is what counts. */
export const createStateTokens = ({ secret, clock, ids }: Options): StateTokens => {
  if (secret.length < 32) throw new Error('State tokens need a secret of at least 32 bytes.')
  return {
    issue: ({ accountId, userId, purpose, returnTo }) =>
      new SignJWT({ purpose, account_id: accountId, user_id: userId, ...(returnTo === undefined ? {} : { return_to: returnTo }) })
        .setProtectedHeader({ alg: algorithm, typ: 'JWT' })
        .setIssuer(issuer)
        .setAudience(audience)
        .setJti(ids.next())
        .setExpirationTime((clock.now() + lifetime) / 1000)
        .sign(secret),

    async open(token, purpose) {
      const now = clock.now()
      const claims = await signedClaims(token, secret, now)
      const state = claims && asState(claims)
      if (state?.purpose !== purpose) return err('state.invalid')
      // jose counts whole seconds; a state ends at its millisecond.
      return now < state.expiresAt ? ok(state) : err('state.expired')
    },
  }
}
