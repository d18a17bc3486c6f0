import type { Instant } from '#domain/shared/instant.ts'

/** How an inbox stands with its provider. */
export type ConnectionState = 'connected' | 'refresh_failing' | 'reauthorization_required' | 'disconnected'

/** May we call the provider in this state? What customers write is taken in whatever the state. */
export const maySend = (state: ConnectionState): boolean => state === 'connected' || state === 'refresh_failing'

/** What is learned about the token of an inbox. `refused`: the provider no longer takes it. */
export type TokenNews = 'refreshed' | 'refresh_failed' | 'refused' | 'expired'

const afterNews: Readonly<Record<TokenNews, ConnectionState>> = {
  refreshed: 'connected',
  refresh_failed: 'refresh_failing',
  refused: 'reauthorization_required',
  expired: 'reauthorization_required',
}

/** Out of `reauthorization_required` and `disconnected` only a person leads, by connecting the inbox again. */
export const stateAfter = (state: ConnectionState, news: TokenNews): ConnectionState => (maySend(state) ? afterNews[news] : state)

/** How an inbox stands at a time: a token that has ended asks for a person, whether or not that was noticed and written down yet. */
export const stateAt = (state: ConnectionState, tokenExpiresAt: Instant | null, now: Instant): ConnectionState =>
  tokenExpiresAt !== null && now >= tokenExpiresAt ? stateAfter(state, 'expired') : state

/** The scopes that an inbox cannot work without and that the person at the consent page unticked. */
export const missingPermissions = (required: readonly string[], granted: readonly string[]): string[] =>
  required.filter((scope) => !granted.includes(scope))
