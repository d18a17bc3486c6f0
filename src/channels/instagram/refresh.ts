import type { ChannelAccess, ChannelError, RefreshedToken } from '#application/ports/channel.ts'
import type { Clock } from '#application/ports/clock.ts'
import type { Settings } from '#application/ports/settings.ts'
import { longLivedAnswer } from '#channels/instagram/token-answer.ts'
import { failureOf } from '#channels/meta/errors.ts'
import { graphClient } from '#channels/meta/graph-client.ts'
import { seconds } from '#domain/shared/instant.ts'
import { err, ok, type Result } from '#domain/shared/result.ts'

const unclear: ChannelError = { code: 'channel.uncertain', detail: { message: 'Instagram answered without a new token.' } }

const notAllowed =
  'Instagram does not let the app renew it: the account has to be an accepted tester of the app, or the app needs Advanced Access, and the owner must not have taken back instagram_business_basic.'

/** Codes 10 and 100 ("Unsupported request") mean here what they mean at the sign-in, and nothing about a message. */
const told = (error: ChannelError): ChannelError =>
  error.code === 'channel.rejected' ? { ...error, detail: { ...error.detail, message: notAllowed } } : error

/**
 * `GET /refresh_access_token`, without a version: a new token for one that is at least 24 hours old and has not expired
 * (developers.facebook.com, Instagram API with Instagram Login). The old one lives on until its own end. An answer that is lost
 * may stand for a new token that nobody has.
 */
export const createInstagramRefresh =
  (settings: Settings, clock: Clock) =>
  async ({ token }: ChannelAccess): Promise<Result<RefreshedToken, ChannelError>> => {
    const url = `${(await settings.read()).get('INSTAGRAM_GRAPH_URL')}/refresh_access_token`
    const issuedAt = clock.now()
    const answer = await graphClient({ method: 'GET', url, query: { grant_type: 'ig_refresh_token', access_token: token } })
    const failure = failureOf(answer, 'writes')
    if (failure) return err(told(failure))
    const fresh = longLivedAnswer.safeParse(answer.kind === 'answer' ? answer.body : undefined)
    if (!fresh.success) return err(unclear)
    const { access_token, expires_in, permissions } = fresh.data
    return ok({ token: access_token, issuedAt, expiresAt: issuedAt + seconds(expires_in), ...(permissions ? { permissions } : {}) })
  }
