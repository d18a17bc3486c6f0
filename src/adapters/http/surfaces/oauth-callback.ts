import { type Context, Hono } from 'hono'
import { type ErrorCode, refusals } from '#adapters/http/errors.ts'
import { secureForBrowsers, sendPage } from '#adapters/http/page.ts'
import { type HttpOptions, type ScopeEnv, withScope } from '#adapters/http/scope.ts'
import { returnPaths } from '#adapters/http/surfaces/return-pages.ts'
import type { CompleteConnectionError, CompletedConnection } from '#application/inboxes/complete-connection.ts'
import type { AccountId } from '#domain/shared/ids.ts'

/** The provider's answer in the callback's address. What it says in words of its own goes no further than this. */
const answerIn = (c: Context): { readonly code: string } | { readonly refusal: string } | undefined => {
  const refusal = c.req.query('error')
  if (refusal !== undefined) return { refusal }
  const code = c.req.query('code')
  return code ? { code } : undefined
}

interface KnownFailure {
  readonly accountId: AccountId
  readonly returnTo?: string
  readonly code: ErrorCode
  readonly message: string
}

/** The part of a failure that its account may be told of; undefined where nobody knows whose it is. */
const failureOf = (error: CompleteConnectionError): KnownFailure | undefined => {
  if (error.code === 'connection.refused') return { ...error, ...error.failure }
  if (error.code === 'connection.taken') return { ...error, message: refusals[error.code].sentence }
  return undefined
}

/** Chatwoot's three parameters. `access_denied` is OAuth's own word for a person's no. */
const errorQuery = ({ code, message }: KnownFailure) => ({
  error_type: code === 'connection.denied' ? 'access_denied' : code,
  code: String(refusals[code].status),
  error_message: message,
})

const withQuery = (address: string, query: Readonly<Record<string, string>>): string => {
  const url = new URL(address)
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
  return url.href
}

const afterSuccess = ({ returnTo, ...connection }: CompletedConnection, frontendUrl: string): string =>
  returnTo === undefined
    ? frontendUrl + returnPaths.connected(connection)
    : withQuery(returnTo, { inbox_id: String(connection.inboxId), created: String(connection.created) })

/** Where the browser comes back to from a provider. */
export const createOAuthCallback = (options: HttpOptions) => {
  const { frontendUrl } = options
  const startAgain = (c: Context, code: ErrorCode) =>
    sendPage(
      c,
      {
        title: 'The account was not connected',
        paragraphs: [refusals[code].sentence],
        link: { href: `${frontendUrl}${returnPaths.home}`, text: 'Back to the start' },
      },
      400,
    )

  return new Hono<ScopeEnv>().get('/:channel/callback', withScope(options), async (c, next) => {
    const channel = c.req.param('channel')
    if (!c.var.scope.channels.get(channel)?.oauth) return next()
    const answer = answerIn(c)
    if (!answer) return startAgain(c, 'callback.incomplete')
    const completed = await c.var.scope.useCases.completeConnection({
      channel,
      state: c.req.query('state') ?? '',
      redirectUri: `${frontendUrl}/${channel}/callback`,
      answer,
    })
    secureForBrowsers(c)
    if (completed.ok) return c.redirect(afterSuccess(completed.value, frontendUrl))
    const failure = failureOf(completed.error)
    if (!failure) return startAgain(c, completed.error.code)
    const page = failure.returnTo ?? frontendUrl + returnPaths.failed(failure.accountId, channel)
    return c.redirect(withQuery(page, errorQuery(failure)))
  })
}
