import type { AuthorizationRequest, ChannelOAuth, ConnectFailure, GrantedAccount } from '#application/ports/channel.ts'
import type { Clock } from '#application/ports/clock.ts'
import type { Settings } from '#application/ports/settings.ts'
import { createSignInCalls, type LongLivedToken, type Me, type Patience, usualPatience } from '#channels/instagram/sign-in-calls.ts'
import { permissionMissing, personalAccount, tokenRefused } from '#channels/instagram/sign-in-refusals.ts'
import { wantedPermissions } from '#channels/instagram/wanted.ts'
import { missingPermissions } from '#domain/inbox/connection.ts'
import { days, type Instant, seconds } from '#domain/shared/instant.ts'
import { err, ok, type Result } from '#domain/shared/result.ts'

type Life = Pick<GrantedAccount, 'token' | 'issuedAt' | 'expiresAt' | 'isAssumed'>

type Granted = Result<GrantedAccount, ConnectFailure>

/** A token of the Meta dashboard lives 60 days; one that Instagram does not renew yet is younger than one day. */
const youngTokenLife = days(59)

/** Both generations of the wish for a fresh sign-in: `force_reauth` since June 2025, `force_authentication` before. */
const freshSignIn = { force_reauth: 'true', force_authentication: '1' }

const lifeOf = ({ access_token, expires_in }: LongLivedToken, issuedAt: Instant): Life => ({
  token: access_token,
  issuedAt,
  expiresAt: issuedAt + seconds(expires_in),
})

const isPersonal = ({ account_type }: Me): boolean => account_type?.toUpperCase() === 'PERSONAL'

const grantOf = (account: Me, permissions: readonly string[] | null, life: Life): GrantedAccount => ({
  channelKey: account.user_id,
  alternateKey: account.id ?? null,
  providerName: account.username,
  accountType: account.account_type ?? null,
  permissions,
  ...life,
})

/** Checks a list of permissions that Instagram gave. Where it gave none, nobody knows, and nothing is refused for it. */
const checked = (granted: readonly string[] | undefined, wanted: readonly string[]): Result<readonly string[] | null, ConnectFailure> => {
  const missing = granted ? missingPermissions(wanted, granted) : []
  return missing.length > 0 ? err(permissionMissing(missing)) : ok(granted ?? null)
}

export const createInstagramOAuth = (settings: Settings, clock: Clock, patience: Patience = usualPatience): ChannelOAuth => {
  const calls = createSignInCalls(settings, patience)

  const exchange = async (code: string, redirectUri: string): Promise<Granted> => {
    const wanted = wantedPermissions(await settings.read())
    const short = await calls.exchangeCode(code, redirectUri, wanted)
    if (!short.ok) return short
    const granted = checked(short.value.permissions, wanted)
    if (!granted.ok) return granted
    const issuedAt = clock.now()
    const long = await calls.prolong(short.value.access_token, wanted)
    if (!long.ok) return long
    const account = await calls.whoAmI(long.value.access_token, wanted)
    if (!account.ok) return account
    if (isPersonal(account.value)) return err(personalAccount)
    return ok(grantOf(account.value, granted.value, lifeOf(long.value, issuedAt)))
  }

  /** A token of an hour is prolonged, one of a day and more is renewed; only a fresh one of the dashboard can be neither. */
  const lasting = async (token: string, wanted: readonly string[]): Promise<Result<LongLivedToken | undefined, ConnectFailure>> => {
    for (const call of [calls.renew, calls.prolong]) {
      const answer = await call(token, wanted)
      if (answer.ok || answer.error.code === 'connection.provider_unavailable') return answer
    }
    return ok(undefined)
  }

  const adopt = async (token: string): Promise<Granted> => {
    const wanted = wantedPermissions(await settings.read())
    const account = await calls.whoAmI(token, wanted)
    if (!account.ok) return account.error.code === 'connection.sign_in_refused' ? err(tokenRefused) : account
    if (isPersonal(account.value)) return err(personalAccount)
    const issuedAt = clock.now()
    const long = await lasting(token, wanted)
    if (!long.ok) return long
    const granted = checked(long.value?.permissions, wanted)
    if (!granted.ok) return granted
    const young = { token, issuedAt, expiresAt: issuedAt + youngTokenLife, isAssumed: true }
    return ok(grantOf(account.value, granted.value, long.value ? lifeOf(long.value, issuedAt) : young))
  }

  return {
    async authorizeUrl({ state, redirectUri, afresh }: AuthorizationRequest) {
      const values = await settings.read()
      const clientId = values.get('INSTAGRAM_APP_ID')
      if (!clientId || !values.get('INSTAGRAM_APP_SECRET')) {
        return err({
          code: 'connection.not_configured',
          message: 'Instagram is not set up yet: set INSTAGRAM_APP_ID and INSTAGRAM_APP_SECRET first.',
        })
      }
      const url = new URL(values.get('INSTAGRAM_AUTHORIZE_URL') ?? '')
      const asked = {
        client_id: clientId,
        redirect_uri: redirectUri,
        response_type: 'code',
        scope: wantedPermissions(values).join(','),
        state,
      }
      const query = {
        ...Object.fromEntries(new URLSearchParams(values.get('INSTAGRAM_AUTHORIZE_PARAMETERS'))),
        ...(afresh ? freshSignIn : {}),
        ...asked,
      }
      for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
      return ok(url.href)
    },
    exchange: ({ code, redirectUri }) => exchange(code, redirectUri),
    adopt,
  }
}
