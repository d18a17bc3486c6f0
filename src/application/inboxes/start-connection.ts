import type { Channels, ConnectFailure } from '#application/ports/channel.ts'
import type { StateTokens } from '#application/ports/state-tokens.ts'
import type { AccountId, UserId } from '#domain/shared/ids.ts'
import { err, ok, type Result } from '#domain/shared/result.ts'

export type StartConnectionError = ConnectFailure | { readonly code: 'channel.unknown' }

/** The address to which the browser goes to allow us an account. */
export type StartConnection = (command: {
  readonly accountId: AccountId
  readonly userId: UserId
  readonly channel: string
  readonly redirectUri: string
}) => Promise<Result<{ readonly url: string }, StartConnectionError>>

/** What a state token of this channel's connection is for. */
export const connectPurpose = (channel: string): string => `connect:${channel}`

interface Dependencies {
  readonly channels: Channels
  readonly stateTokens: StateTokens
}

export const createStartConnection =
  ({ channels, stateTokens }: Dependencies): StartConnection =>
  async ({ accountId, userId, channel, redirectUri }) => {
    const oauth = channels.get(channel)?.oauth
    if (!oauth) return err({ code: 'channel.unknown' })
    const state = await stateTokens.issue({ accountId, userId, purpose: connectPurpose(channel) })
    const url = await oauth.authorizeUrl({ state, redirectUri })
    return url.ok ? ok({ url: url.value }) : url
  }
