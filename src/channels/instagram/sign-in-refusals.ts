import * as z from 'zod'
import type { ConnectFailure } from '#application/ports/channel.ts'
import { failureOf } from '#channels/meta/errors.ts'
import type { GraphAnswer } from '#channels/meta/graph-client.ts'

export const unavailable: ConnectFailure = {
  code: 'connection.provider_unavailable',
  message: 'Instagram did not answer properly. Wait a minute and connect again.',
}

const busy: ConnectFailure = {
  code: 'connection.provider_unavailable',
  message: 'Instagram has had too many calls from this app. Wait some minutes and connect again.',
}

const notAllowed: ConnectFailure = {
  code: 'connection.not_allowed',
  message:
    'Instagram does not let this app use that account yet. Ask whoever set up this installation to invite it as an Instagram Tester, and accept the invitation in the Instagram app, under its website permissions; once the app has Advanced Access, no invitation is needed.',
}

export const codeSpent: ConnectFailure = {
  code: 'connection.code_spent',
  message: 'Instagram had already used this sign-in, or it took too long. Start the connection again.',
}

const redirectRefused: ConnectFailure = {
  code: 'connection.redirect_refused',
  message:
    'Instagram does not know the address that the sign-in returns to. Ask whoever set up this installation to compare the redirect URL in the Meta dashboard with FRONTEND_URL, letter for letter; then connect again.',
}

const wrongAppCredentials: ConnectFailure = {
  code: 'connection.wrong_app_credentials',
  message:
    "Instagram does not accept the app's id or secret. Ask whoever set up this installation to enter the Instagram app id and the Instagram app secret of the Meta dashboard, not those of the Meta app around them; then connect again.",
}

const refused: ConnectFailure = {
  code: 'connection.sign_in_refused',
  message:
    'Instagram did not accept the sign-in. Connect again; if that fails too, ask whoever set up this installation to compare the app id, the app secret and the redirect URL with the Meta dashboard.',
}

export const permissionMissing = (scopes: readonly string[]): ConnectFailure => ({
  code: 'connection.permission_missing',
  message: `Connect again and leave every permission on Instagram's page ticked. Not ticked: ${scopes.join(', ')}.`,
})

export const personalAccount: ConnectFailure = {
  code: 'connection.wrong_account_type',
  message: 'This is a personal Instagram account. Switch it to a professional account in the Instagram app, then connect again.',
}

export const tokenRefused: ConnectFailure = {
  code: 'connection.token_refused',
  message:
    'Instagram does not accept this token: it has expired, was withdrawn, or is one of another app. Generate a new one in the Meta dashboard.',
}

/** Most refusals of a sign-in have no code of their own, only words: Meta's pages of March 2026, and what others reported. */
const byWords: readonly (readonly [RegExp, ConnectFailure])[] = [
  [/redirect[_ ]ur[il]/i, redirectRefused],
  [/unsupported request|developer role|tester|not authori[sz]ed|deactivated|invalid scope/i, notAllowed],
  [/client[_ ](?:id|secret)|platform app|app[_ ]id|validating application/i, wrongAppCredentials],
  [/already used|not found|has been used|expired|(?:authorization|verification) code/i, codeSpent],
  [/too many|rate limit/i, busy],
]

/** The OAuth host's own shape of an error, and that of the Graph. */
const words = z.union([
  z.object({ error_message: z.string() }).transform((body) => body.error_message),
  z.object({ error: z.object({ message: z.string() }) }).transform((body) => body.error.message),
])

const toldInWords = (answer: GraphAnswer): ConnectFailure | undefined => {
  const said = words.safeParse(answer.kind === 'answer' ? answer.body : undefined)
  return said.success ? byWords.find(([pattern]) => pattern.test(said.data))?.[1] : undefined
}

/** Codes of the Graph that say more than their class: a scope that was not granted, and an account that is not professional. */
const lacksPermission = '10'
const notProfessional = '36103'

/** Why an answer of the sign-in is none that we can go on with, and what to do; never in the provider's own words. */
export const refusalOf = (answer: GraphAnswer, scopes: readonly string[]): ConnectFailure => {
  const failure = failureOf(answer, 'reads')
  switch (failure?.code) {
    case 'channel.rate_limited':
      return busy
    case 'channel.unauthorized':
      return { ...refused, message: failure.detail.message }
    case 'channel.rejected': {
      if (answer.kind === 'answer' && answer.body === undefined) return unavailable
      const { providerCode } = failure.detail
      if (providerCode === lacksPermission) return permissionMissing(scopes)
      if (providerCode === notProfessional) return personalAccount
      return toldInWords(answer) ?? (failure.class === 'permission' ? notAllowed : refused)
    }
    default:
      return unavailable
  }
}
