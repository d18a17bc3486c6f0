import { inOne } from '#application/in-one.ts'
import type { SaveConnection, SavedConnection } from '#application/inboxes/save-connection.ts'
import { connectPurpose } from '#application/inboxes/start-connection.ts'
import type { Channels, ConnectFailure, GrantedAccount } from '#application/ports/channel.ts'
import type { Clock } from '#application/ports/clock.ts'
import type { OpenedState, StateTokens } from '#application/ports/state-tokens.ts'
import type { UnitOfWork } from '#application/ports/unit-of-work.ts'
import type { AccountId } from '#domain/shared/ids.ts'
import { err, ok, type Result } from '#domain/shared/result.ts'

/** The state was good, so we know where to send the person back to. */
interface Refused {
  readonly accountId: AccountId
  readonly returnTo?: string
}

export type CompleteConnectionError =
  | { readonly code: 'channel.unknown' | 'state.invalid' | 'state.expired' | 'state.spent' }
  | (Refused & { readonly code: 'connection.refused'; readonly failure: ConnectFailure })
  | (Refused & { readonly code: 'connection.taken' })

export interface CompletedConnection extends SavedConnection {
  /** Where the start asked to come back to. */
  readonly returnTo?: string
}

/** The browser came back from the provider: with a code, or with OAuth's word (RFC 6749, 4.1.2.1) for why there is none. */
export type CompleteConnection = (command: {
  readonly channel: string
  readonly state: string
  readonly redirectUri: string
  readonly answer: { readonly code: string } | { readonly refusal: string }
}) => Promise<Result<CompletedConnection, CompleteConnectionError>>

interface Dependencies {
  readonly channels: Channels
  readonly stateTokens: StateTokens
  readonly unitOfWork: UnitOfWork
  readonly clock: Clock
  readonly saveConnection: SaveConnection
}

const unavailable: ConnectFailure = {
  code: 'connection.provider_unavailable',
  message: 'The provider could not take the sign-in at this moment. Wait a minute and connect again.',
}

const refusals: Readonly<Record<string, ConnectFailure>> = {
  access_denied: { code: 'connection.denied', message: 'Access to the account was not allowed. Start again and allow it to connect.' },
  server_error: unavailable,
  temporarily_unavailable: unavailable,
}

const otherRefusal: ConnectFailure = {
  code: 'connection.sign_in_refused',
  message: 'The provider did not accept the request to sign in. Connect again; if that fails too, compare its app settings with ours.',
}

const refusalFor = (word: string): ConnectFailure => (Object.hasOwn(refusals, word) && refusals[word]) || otherRefusal

export const createCompleteConnection = ({
  channels,
  stateTokens,
  unitOfWork,
  clock,
  saveConnection,
}: Dependencies): CompleteConnection => {
  const spend = async (token: string, purpose: string): Promise<Result<OpenedState, CompleteConnectionError>> => {
    const opened = await stateTokens.open(token, purpose)
    if (!opened.ok) return err({ code: opened.error })
    const { id, expiresAt } = opened.value
    const isFresh = await inOne(unitOfWork, (tx) => tx.stateTokens.spend(id, expiresAt, clock.now()))
    return isFresh ? opened : err({ code: 'state.spent' })
  }

  return async ({ channel, state, redirectUri, answer }) => {
    const oauth = channels.get(channel)?.oauth
    if (!oauth) return err({ code: 'channel.unknown' })
    const started = await spend(state, connectPurpose(channel))
    if (!started.ok) return started
    const { accountId, userId, returnTo } = started.value
    const back = returnTo === undefined ? {} : { returnTo }
    const granted: Result<GrantedAccount, ConnectFailure> =
      'refusal' in answer ? err(refusalFor(answer.refusal)) : await oauth.exchange({ code: answer.code, redirectUri })
    if (!granted.ok) return err({ code: 'connection.refused', accountId, failure: granted.error, ...back })
    const saved = await saveConnection({ accountId, userId, channel, granted: granted.value })
    return saved.ok ? ok({ ...saved.value, ...back }) : err({ code: saved.error, accountId, ...back })
  }
}
