import { ofetch } from 'ofetch'
import * as z from 'zod'
import { isPublicAddress } from '#application/installation/public-address.ts'
import type { ChannelAccess, ChannelDoctor, ChannelError, ChannelOAuth } from '#application/ports/channel.ts'
import type { Clock } from '#application/ports/clock.ts'
import type { Finding } from '#application/ports/finding.ts'
import type { Settings } from '#application/ports/settings.ts'
import { requiredPermissions } from '#channels/instagram/settings.ts'
import type { createInstagramSubscription } from '#channels/instagram/subscription.ts'
import { wantedFields, wantedPermissions } from '#channels/instagram/wanted.ts'
import { failureOf } from '#channels/meta/errors.ts'
import { graphClient } from '#channels/meta/graph-client.ts'
import { missingPermissions } from '#domain/inbox/connection.ts'
import { type Duration, seconds } from '#domain/shared/instant.ts'
import { err, ok, type Result } from '#domain/shared/result.ts'

interface Dependencies {
  readonly settings: Settings
  readonly clock: Clock
  readonly oauth: ChannelOAuth
  readonly subscription: Pick<ReturnType<typeof createInstagramSubscription>, 'subscribedFields'>
}

type Values = ReadonlyMap<string, string>

const patience: Duration = seconds(8)

const dashboard = 'the page of the product Instagram in the Meta dashboard'

const found = (check: string, state: Finding['state'], message: string): Finding => ({ check, state, message })

const configuration = (values: Values): Finding => {
  const needed = ['INSTAGRAM_APP_ID', 'INSTAGRAM_APP_SECRET', 'INSTAGRAM_VERIFY_TOKEN']
  const missing = needed.filter((name) => !values.get(name))
  return missing.length === 0
    ? found('configuration', 'ok', 'App id, app secret and verify token are set.')
    : found('configuration', 'failed', `Set ${missing.join(', ')} to what ${dashboard} says.`)
}

const publicAddress = (frontendUrl: string, values: Values): Finding => {
  const isMeta = new URL(values.get('INSTAGRAM_GRAPH_URL') ?? 'https://graph.instagram.com').hostname.endsWith('.instagram.com')
  return isPublicAddress(frontendUrl) || !isMeta
    ? found('public_address', 'ok', `FRONTEND_URL is ${frontendUrl}.`)
    : found(
        'public_address',
        'failed',
        `FRONTEND_URL is ${frontendUrl}, but Meta calls public https addresses only; set it to one that leads here.`,
      )
}

/** Makes Meta's handshake with ourselves, by the public address. */
const callback = async (frontendUrl: string, values: Values, challenge: string): Promise<Finding> => {
  const url = `${frontendUrl}/webhooks/instagram`
  const token = values.get('INSTAGRAM_VERIFY_TOKEN')
  if (!token) return found('callback', 'unknown', 'Without a verify token the handshake cannot be tried.')
  const query = { 'hub.mode': 'subscribe', 'hub.verify_token': token, 'hub.challenge': challenge }
  const answer = await graphClient({ method: 'GET', url, query, timeout: patience })
  if (answer.kind === 'silence') {
    return found('callback', 'failed', `Nothing answers at ${url}; start the server, and let the address of FRONTEND_URL lead to it.`)
  }
  if (answer.status === 200 && String(answer.body) === challenge) return found('callback', 'ok', `The handshake works at ${url}.`)
  return found(
    'callback',
    'failed',
    `At ${url} something answers ${answer.status} to the handshake instead of us; let the address of FRONTEND_URL lead to this installation.`,
  )
}

const readPage = async (url: string): Promise<string | undefined> => {
  try {
    const response = await ofetch.raw<string, 'text'>(url, { retry: 0, timeout: patience, ignoreResponseError: true, responseType: 'text' })
    return response._data ?? ''
  } catch {
    return undefined
  }
}

/** Instagram checks the redirect URI for certain only once somebody signed in; what it objects to before that is wrong. */
const redirectUri = async (oauth: ChannelOAuth, frontendUrl: string): Promise<Finding> => {
  const address = `${frontendUrl}/instagram/callback`
  const url = await oauth.authorizeUrl({ state: 'doctor', redirectUri: address, afresh: false })
  if (!url.ok) return found('redirect_uri', 'unknown', 'Without app id and secret the consent page cannot be asked.')
  const page = await readPage(url.value)
  if (page === undefined) return found('redirect_uri', 'unknown', 'The consent page of Instagram cannot be reached from here.')
  if (/invalid redirect_uri/i.test(page)) {
    return found('redirect_uri', 'failed', `Instagram does not know ${address}; enter exactly this as redirect URL on ${dashboard}.`)
  }
  if (/invalid (?:platform app|client_id)/i.test(page)) {
    return found('redirect_uri', 'failed', `Instagram does not know the app; compare INSTAGRAM_APP_ID with ${dashboard}.`)
  }
  return found('redirect_uri', 'unknown', `Instagram did not object to ${address}; compare it, letter for letter, with ${dashboard}.`)
}

const unsure = ({ code }: ChannelError): boolean =>
  code === 'channel.unavailable' || code === 'channel.rate_limited' || code === 'channel.uncertain'

const me = z.object({ username: z.string(), account_type: z.string().nullish() })

const tokenFinding = (asked: Result<z.output<typeof me>, ChannelError>): Finding => {
  if (asked.ok) return found('token', 'ok', `Instagram accepts the token of @${asked.value.username}.`)
  const { message } = asked.error.detail
  return unsure(asked.error) ? found('token', 'unknown', message) : found('token', 'failed', `${message} Connect the inbox again.`)
}

const accountType = (type: string | null | undefined): Finding => {
  if (!type) return found('account_type', 'unknown', 'Instagram did not say of which type the account is.')
  return type.toUpperCase() === 'PERSONAL'
    ? found(
        'account_type',
        'failed',
        'The account is personal; switch it to a professional one in the Instagram app, then connect it again.',
      )
    : found('account_type', 'ok', `The account is professional (${type}).`)
}

/** What Instagram granted without a word is known only by what works: reading messages needs both of the least permissions. */
const unlisted = (wanted: readonly string[]): Finding => {
  const untold = missingPermissions(wanted, requiredPermissions)
  return untold.length === 0
    ? found('permissions', 'ok', 'Instagram did not say what it granted, but the messages of the account can be read.')
    : found('permissions', 'unknown', `Instagram did not say whether it granted ${untold.join(', ')}; connect the inbox again to be sure.`)
}

const permissions = (granted: readonly string[] | null, wanted: readonly string[], probe: ChannelError | undefined): Finding => {
  const missing = granted ? missingPermissions(wanted, granted) : []
  if (missing.length > 0) return found('permissions', 'failed', `Connect the inbox again and leave these ticked: ${missing.join(', ')}.`)
  if (!probe) return granted ? found('permissions', 'ok', `Granted are ${granted.join(', ')}.`) : unlisted(wanted)
  if (unsure(probe) || probe.code === 'channel.unauthorized') return found('permissions', 'unknown', probe.detail.message)
  const remedy = 'give the app Advanced Access, or the account the role of a tester, then connect the inbox again'
  return found('permissions', 'failed', `Instagram does not let us read the account's messages; ${remedy}.`)
}

const fields = (listed: Result<readonly string[], ChannelError>, wanted: readonly string[]): Finding => {
  if (!listed.ok) return found('subscription', 'unknown', `Instagram did not list the subscription: ${listed.error.detail.message}`)
  const missing = wanted.filter((field) => !listed.value.includes(field))
  if (missing.length === 0) return found('subscription', 'ok', 'The account is subscribed to every field.')
  const what = `The account is not subscribed to ${missing.join(', ')}; tick the fields on ${dashboard}`
  return missing.includes('messages')
    ? found('subscription', 'failed', `${what}, then connect the inbox again.`)
    : found('subscription', 'warning', `${what} where it offers them; they are asked for again within a day.`)
}

/** Looks at everything between an installation and Instagram that a person would have to look at by hand. Changes nothing. */
export const createInstagramDoctor = ({ settings, clock, oauth, subscription }: Dependencies): ChannelDoctor => {
  const read = async <Schema extends z.ZodType>(
    { token }: ChannelAccess,
    path: string,
    query: Record<string, string>,
    schema: Schema,
  ): Promise<Result<z.output<Schema>, ChannelError>> => {
    const values = await settings.read()
    const url = `${values.get('INSTAGRAM_GRAPH_URL')}/${values.get('INSTAGRAM_API_VERSION')}/${path}`
    const answer = await graphClient({ method: 'GET', url, query, token, timeout: patience })
    const failure = failureOf(answer, 'reads')
    if (failure) return err(failure)
    const parsed = schema.safeParse(answer.kind === 'answer' ? answer.body : undefined)
    return parsed.success
      ? ok(parsed.data)
      : err({ code: 'channel.unavailable', detail: { message: 'Instagram answered in an unknown form.' } })
  }

  return {
    async installation(frontendUrl) {
      const values = await settings.read()
      return [
        configuration(values),
        publicAddress(frontendUrl, values),
        await callback(frontendUrl, values, String(clock.now())),
        await redirectUri(oauth, frontendUrl),
      ]
    },

    async account(access, known) {
      const values = await settings.read()
      const [self, listed, probe] = await Promise.all([
        read(access, 'me', { fields: 'user_id,username,account_type' }, me),
        subscription.subscribedFields(access),
        read(access, 'me/conversations', { platform: 'instagram', limit: '1' }, z.unknown()),
      ])
      return [
        tokenFinding(self),
        accountType(self.ok ? (self.value.account_type ?? known.accountType) : known.accountType),
        permissions(known.permissions, wantedPermissions(values), probe.ok ? undefined : probe.error),
        fields(listed, wantedFields(values)),
      ]
    },
  }
}
