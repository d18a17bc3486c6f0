import type { SaveConnection, SavedConnection } from '#application/inboxes/save-connection.ts'
import type { Channels, ConnectFailure } from '#application/ports/channel.ts'
import type { AccountId, UserId } from '#domain/shared/ids.ts'
import { err, type Result } from '#domain/shared/result.ts'

export type AdoptTokenError = ConnectFailure | { readonly code: 'channel.unknown' | 'connection.taken' | 'connection.no_tokens' }

/** Connects the account of a token that somebody made at the provider's own site, without a sign-in. */
export type AdoptToken = (command: {
  readonly accountId: AccountId
  readonly userId: UserId
  readonly channel: string
  readonly token: string
}) => Promise<Result<SavedConnection, AdoptTokenError>>

interface Dependencies {
  readonly channels: Channels
  readonly saveConnection: SaveConnection
}

export const createAdoptToken =
  ({ channels, saveConnection }: Dependencies): AdoptToken =>
  async ({ accountId, userId, channel, token }) => {
    const oauth = channels.get(channel)?.oauth
    if (!oauth) return err({ code: 'channel.unknown' })
    if (!oauth.adopt) return err({ code: 'connection.no_tokens' })
    const granted = await oauth.adopt(token.trim())
    if (!granted.ok) return granted
    const saved = await saveConnection({ accountId, userId, channel, granted: granted.value })
    return saved.ok ? saved : err({ code: saved.error })
  }
