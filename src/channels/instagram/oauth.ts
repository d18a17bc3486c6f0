import * as z from 'zod'
import type { ChannelOAuth, ConnectFailure, GrantedAccount } from '#application/ports/channel.ts'
import type { Clock } from '#application/ports/clock.ts'
import type { Settings } from '#application/ports/settings.ts'
import { requiredPermissions } from '#channels/instagram/settings.ts'
import { eitherShape, longLivedAnswer, permissions } from '#channels/instagram/token-answer.ts'
import { failureOf } from '#channels/meta/errors.ts'
import { type GraphAnswer, type GraphRequest, graphClient } from '#channels/meta/graph-client.ts'
import { missingPermissions } from '#domain/inbox/connection.ts'
import { err, ok, type Result } from '#domain/shared/result.ts'

/**
 * `{data: [{…}]}` in the documentation, flat in every answer seen. `user_id` is left out on purpose: it comes as a JSON number
 * beyond 2^53, which parsing corrupts; `/me` has it as text.
 */
const shortLivedAnswer = eitherShape(z.object({ access_token: z.string().min(1), permissions }))

/** `user_id` is the account's id in webhooks; `id` is app-scoped and never appears there. */
const meAnswer = eitherShape(
  z.object({
    user_id: z.coerce.string().min(1),
    id: z.coerce.string().optional(),
    username: z.string().min(1),
    account_type: z.string().optional(),
  }),
)

/** The OAuth host's own error shape: not the Graph envelope. */
const oauthError = z.object({ error_type: z.string().optional(), code: z.coerce.number().optional(), error_message: z.string() })

const failure = (code: ConnectFailure['code'], message: string): Result<never, ConnectFailure> => err({ code, message })

const unavailable = failure('connection.provider_unavailable', 'Instagram did not answer properly. Wait a minute and connect again.')

const notAllowed = failure(
  'connection.not_allowed',
  'Instagram does not let this app use that account. While the app is in development, add the account as an Instagram Tester and accept the invitation in its settings; otherwise the app needs Advanced Access.',
)

/** Tries again while the provider is down: at most three calls, for calls that may be repeated. */
const patiently = async (request: GraphRequest): Promise<GraphAnswer> => {
  let answer = await graphClient(request)
  for (let tries = 1; tries < 3 && (answer.kind === 'silence' || answer.status >= 500); tries++) answer = await graphClient(request)
  return answer
}

const bodyOf = (answer: GraphAnswer): unknown => (answer.kind === 'answer' ? answer.body : undefined)

const explained = (answer: GraphAnswer): Result<never, ConnectFailure> => {
  const graph = failureOf(answer, 'reads')
  return graph?.code === 'channel.rejected' || graph?.code === 'channel.unauthorized' ? notAllowed : unavailable
}

export const createInstagramOAuth = (settings: Settings, clock: Clock): ChannelOAuth => {
  const shortToken = async (code: string, redirectUri: string) => {
    const values = await settings.read()
    const form = {
      client_id: values.get('INSTAGRAM_APP_ID') ?? '',
      client_secret: values.get('INSTAGRAM_APP_SECRET') ?? '',
      grant_type: 'authorization_code',
      redirect_uri: redirectUri,
      // Some browsers and frameworks leave Instagram's `#_` on the code.
      code: code.replace(/#_$/, ''),
    }
    const answer = await graphClient({ method: 'POST', url: `${values.get('INSTAGRAM_OAUTH_URL')}/oauth/access_token`, form })
    const token = shortLivedAnswer.safeParse(bodyOf(answer))
    if (token.success) return ok(token.data)
    const refusal = oauthError.safeParse(bodyOf(answer))
    if (!refusal.success) return explained(answer)
    return /already used|not found|expired|invalid authorization code/i.test(refusal.data.error_message)
      ? failure('connection.code_spent', 'Instagram had already used this sign-in. Start the connection again.')
      : notAllowed
  }

  const longToken = async (short: string) => {
    const values = await settings.read()
    const query = { grant_type: 'ig_exchange_token', client_secret: values.get('INSTAGRAM_APP_SECRET') ?? '', access_token: short }
    const answer = await patiently({ method: 'GET', url: `${values.get('INSTAGRAM_GRAPH_URL')}/access_token`, query })
    const token = longLivedAnswer.safeParse(bodyOf(answer))
    return token.success ? ok(token.data) : explained(answer)
  }

  const whoAmI = async (token: string) => {
    const values = await settings.read()
    const url = `${values.get('INSTAGRAM_GRAPH_URL')}/${values.get('INSTAGRAM_API_VERSION')}/me`
    const answer = await patiently({ method: 'GET', url, query: { fields: 'id,user_id,username,name,account_type' }, token })
    const me = meAnswer.safeParse(bodyOf(answer))
    return me.success ? ok(me.data) : explained(answer)
  }

  const exchange = async (code: string, redirectUri: string): Promise<Result<GrantedAccount, ConnectFailure>> => {
    const short = await shortToken(code, redirectUri)
    if (!short.ok) return short
    const missing = missingPermissions(requiredPermissions, short.value.permissions ?? requiredPermissions)
    if (missing.length > 0) {
      return failure('connection.permission_missing', `Connect again and leave these permissions ticked: ${missing.join(', ')}.`)
    }
    const issuedAt = clock.now()
    const long = await longToken(short.value.access_token)
    if (!long.ok) return long
    const me = await whoAmI(long.value.access_token)
    if (!me.ok) return me
    const { user_id, id, username, account_type } = me.value
    if (account_type?.toUpperCase() === 'PERSONAL') {
      return failure(
        'connection.wrong_account_type',
        'This is a personal Instagram account. Switch it to a professional account, then connect again.',
      )
    }
    return ok({
      channelKey: user_id,
      alternateKey: id ?? null,
      providerName: username,
      accountType: account_type ?? null,
      permissions: short.value.permissions ?? [],
      token: long.value.access_token,
      issuedAt,
      expiresAt: issuedAt + long.value.expires_in * 1000,
    })
  }

  return {
    async authorizeUrl({ state, redirectUri }) {
      const values = await settings.read()
      const clientId = values.get('INSTAGRAM_APP_ID')
      if (!clientId || !values.get('INSTAGRAM_APP_SECRET')) {
        return failure('connection.not_configured', 'Instagram is not set up yet: set INSTAGRAM_APP_ID and INSTAGRAM_APP_SECRET first.')
      }
      const url = new URL(values.get('INSTAGRAM_AUTHORIZE_URL') ?? '')
      const query = { client_id: clientId, redirect_uri: redirectUri, response_type: 'code', scope: requiredPermissions.join(','), state }
      for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
      return ok(url.href)
    },
    exchange: ({ code, redirectUri }) => exchange(code, redirectUri),
  }
}
