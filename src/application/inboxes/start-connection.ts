import type { Channels, ConnectFailure } from '#application/ports/channel.ts'
import type { Settings } from '#application/ports/settings.ts'
import type { StateTokens } from '#application/ports/state-tokens.ts'
import type { AccountId, UserId } from '#domain/shared/ids.ts'
import { err, ok, type Result } from '#domain/shared/result.ts'

export type StartConnectionError = ConnectFailure | { readonly code: 'channel.unknown' | 'connection.return_not_allowed' }

/** The address to which the browser goes to allow us an account. */
export type StartConnection = (command: {
  readonly accountId: AccountId
  readonly userId: UserId
  readonly channel: string
  readonly redirectUri: string
  /** Where the browser is to end, instead of on our own pages: one of the addresses that the installation allows. */
  readonly returnTo: string | undefined
  /** The person is to sign in anew, to connect another account. */
  readonly afresh: boolean
}) => Promise<Result<{ readonly url: string }, StartConnectionError>>

/** What a state token of this channel's connection is for. */
export const connectPurpose = (channel: string): string => `connect:${channel}`

interface Dependencies {
  readonly channels: Channels
  readonly settings: Settings
  readonly stateTokens: StateTokens
}

const allowedReturns = (values: ReadonlyMap<string, string>): readonly string[] =>
  (values.get('CONNECT_RETURN_URLS') ?? '').split(/[\s,]+/).filter((address) => address !== '')

export const createStartConnection =
  ({ channels, settings, stateTokens }: Dependencies): StartConnection =>
  async ({ accountId, userId, channel, redirectUri, returnTo, afresh }) => {
    const oauth = channels.get(channel)?.oauth
    if (!oauth) return err({ code: 'channel.unknown' })
    if (returnTo !== undefined && !allowedReturns(await settings.read()).includes(returnTo)) {
      return err({ code: 'connection.return_not_allowed' })
    }
    const state = await stateTokens.issue({
      accountId,
      userId,
      purpose: connectPurpose(channel),
      ...(returnTo === undefined ? {} : { returnTo }),
    })
    const url = await oauth.authorizeUrl({ state, redirectUri, afresh })
    return url.ok ? ok({ url: url.value }) : url
  }
