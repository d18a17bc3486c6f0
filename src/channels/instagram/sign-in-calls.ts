import * as z from 'zod'
import type { ConnectFailure } from '#application/ports/channel.ts'
import type { Settings } from '#application/ports/settings.ts'
import { codeSpent, refusalOf, unavailable } from '#channels/instagram/sign-in-refusals.ts'
import { eitherShape, longLivedAnswer, permissions } from '#channels/instagram/token-answer.ts'
import { type GraphAnswer, type GraphRequest, graphClient } from '#channels/meta/graph-client.ts'
import { type Duration, seconds } from '#domain/shared/instant.ts'
import { err, ok, type Result } from '#domain/shared/result.ts'

/** `user_id` is left out on purpose: documentation and answers differ on which id it is; `/me` has both. */
const shortLived = eitherShape(z.object({ access_token: z.string().min(1), permissions }))

/** `user_id` is the account's id in webhooks; `id` is app-scoped and never appears there, so neither stands in for the other. */
const me = eitherShape(
  z.object({
    user_id: z.coerce.string().min(1),
    id: z.coerce.string().optional(),
    username: z.string().min(1),
    account_type: z.string().nullish(),
  }),
)

export type ShortLivedToken = z.output<typeof shortLived>
export type LongLivedToken = z.output<typeof longLivedAnswer>
export type Me = z.output<typeof me>

/** A person waits at the other end: how long for one answer, and how long before each further try. */
export interface Patience {
  readonly answer: Duration
  readonly pauses: readonly Duration[]
}

export const usualPatience: Patience = { answer: seconds(6), pauses: [250, 1000] }

const pause = (time: Duration): Promise<void> => new Promise((resolve) => setTimeout(resolve, time))

/** No answer, none that could be read, or one of a broken host. */
const isBroken = (answer: GraphAnswer): boolean => answer.kind === 'silence' || answer.status >= 500 || answer.body === undefined

interface Patiently {
  readonly answer: GraphAnswer
  readonly tries: number
}

const ask = async (request: GraphRequest, { answer: timeout, pauses }: Patience): Promise<Patiently> => {
  let answer = await graphClient({ ...request, timeout })
  let tries = 1
  for (; tries <= pauses.length && isBroken(answer); tries++) {
    await pause(pauses[tries - 1] ?? 0)
    answer = await graphClient({ ...request, timeout })
  }
  return { answer, tries }
}

type Answer<T> = Promise<Result<T, ConnectFailure>>

const read = <Schema extends z.ZodType>(
  schema: Schema,
  { answer }: Patiently,
  scopes: readonly string[],
): Result<z.output<Schema>, ConnectFailure> => {
  const parsed = schema.safeParse(answer.kind === 'answer' ? answer.body : undefined)
  return parsed.success ? ok(parsed.data) : err(refusalOf(answer, scopes))
}

/** The calls of a sign-in. Each is tried again while Instagram is down, a bounded number of times. */
export const createSignInCalls = (settings: Settings, patience: Patience) => {
  const graph = async (path: string, scopes: readonly string[], query: Record<string, string>): Answer<LongLivedToken> => {
    const url = `${(await settings.read()).get('INSTAGRAM_GRAPH_URL')}/${path}`
    return read(longLivedAnswer, await ask({ method: 'GET', url, query }, patience), scopes)
  }
  return {
    /** A code works once: where an earlier try may have used it up, that is no mistake of the person's. */
    async exchangeCode(code: string, redirectUri: string, scopes: readonly string[]): Answer<ShortLivedToken> {
      const values = await settings.read()
      const form = {
        client_id: values.get('INSTAGRAM_APP_ID') ?? '',
        client_secret: values.get('INSTAGRAM_APP_SECRET') ?? '',
        grant_type: 'authorization_code',
        redirect_uri: redirectUri,
        // Some browsers and frameworks leave Instagram's `#_` on the code.
        code: code.replace(/#_$/, ''),
      }
      const asked = await ask({ method: 'POST', url: `${values.get('INSTAGRAM_OAUTH_URL')}/oauth/access_token`, form }, patience)
      const token = read(shortLived, asked, scopes)
      return !token.ok && token.error === codeSpent && asked.tries > 1 ? err(unavailable) : token
    },

    async prolong(shortLivedToken: string, scopes: readonly string[]): Answer<LongLivedToken> {
      const secret = (await settings.read()).get('INSTAGRAM_APP_SECRET') ?? ''
      return graph('access_token', scopes, { grant_type: 'ig_exchange_token', client_secret: secret, access_token: shortLivedToken })
    },

    /** Instagram does this for tokens of 24 hours and more. */
    renew: (longLivedToken: string, scopes: readonly string[]): Answer<LongLivedToken> =>
      graph('refresh_access_token', scopes, { grant_type: 'ig_refresh_token', access_token: longLivedToken }),

    async whoAmI(token: string, scopes: readonly string[]): Answer<Me> {
      const values = await settings.read()
      const url = `${values.get('INSTAGRAM_GRAPH_URL')}/${values.get('INSTAGRAM_API_VERSION')}/me`
      const query = { fields: 'id,user_id,username,name,account_type' }
      return read(me, await ask({ method: 'GET', url, query, token }, patience), scopes)
    },
  }
}
