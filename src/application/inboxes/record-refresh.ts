import { changeState } from '#application/inboxes/change-state.ts'
import { hasExpired } from '#application/inboxes/standing.ts'
import type { ChannelError, RefreshedToken } from '#application/ports/channel.ts'
import type { SealedCredential, TokenRef } from '#application/ports/credentials.ts'
import type { ConnectedInbox } from '#application/ports/inboxes.ts'
import type { Tx } from '#application/ports/unit-of-work.ts'
import type { TokenNews } from '#domain/inbox/connection.ts'
import { afterFailure, issued, refreshKey } from '#domain/inbox/credential.ts'
import type { Instant } from '#domain/shared/instant.ts'
import type { Result } from '#domain/shared/result.ts'

/** What came of a refresh, with the new token sealed. */
export type RefreshAnswer = Result<Omit<RefreshedToken, 'token'> & { readonly sealed: string }, ChannelError>

export const tokenOf = ({ accountId, inboxId }: ConnectedInbox, { issuedAt }: SealedCredential): TokenRef => ({
  accountId,
  inboxId,
  issuedAt,
})

/** Ends a token; the inbox is locked. Undefined where it is another token by now, of which nothing is known. */
export const endToken = async (
  tx: Tx,
  inbox: ConnectedInbox,
  credential: SealedCredential,
  { news, because, at }: { readonly news: 'refused' | 'expired'; readonly because?: string; readonly at: Instant },
): Promise<TokenNews | undefined> => {
  if (!(await tx.credentials.retire(tokenOf(inbox, credential)))) return undefined
  await changeState(tx, inbox, news, at, because ?? hasExpired)
  return news
}

/** Tells of a token that nears its end, each time that a warning is due. */
const warn = async (
  tx: Tx,
  { accountId, inboxId }: ConnectedInbox,
  before: number | null,
  after: number | null,
  at: Instant,
): Promise<void> => {
  if (before === after) return
  const changed_attributes = [{ token_expires_in_days: { previous_value: before, current_value: after } }]
  await tx.events.append([{ accountId, name: 'inbox_updated', payload: { inbox_id: inboxId, changed_attributes }, at }])
}

/** Writes down what came of a refresh; the inbox is locked. Undefined where it has another token by now: then nothing is changed. */
export const recordRefresh = async (
  tx: Tx,
  inbox: ConnectedInbox,
  credential: SealedCredential,
  answer: RefreshAnswer,
  at: Instant,
): Promise<TokenNews | undefined> => {
  // Its token only waits for the end of the subscription, and is deleted then.
  if (inbox.state === 'disconnected') return undefined
  const [token, key] = [tokenOf(inbox, credential), refreshKey(inbox.inboxId)]
  if (answer.ok) {
    if (!(await tx.credentials.renew(token, { sealed: answer.value.sealed, ...issued(answer.value, key) }, at))) return undefined
    if (answer.value.permissions) await tx.inboxes.setPermissions(inbox.inboxId, answer.value.permissions)
    await changeState(tx, inbox, 'refreshed', at)
    return 'refreshed'
  }
  const { code, detail } = answer.error
  if (code === 'channel.unauthorized') return endToken(tx, inbox, credential, { news: 'refused', because: detail.message, at })
  const next = afterFailure(credential, { at, key, isUncertain: code === 'channel.uncertain', retryAfter: detail.retryAfter })
  const told = `The connection could not be renewed, which is tried again until it expires: ${detail.message}`
  if (!(await tx.credentials.putBack(token, next, told))) return undefined
  await changeState(tx, inbox, 'refresh_failed', at)
  await warn(tx, inbox, credential.warnedDays, next.warnedDays, at)
  return 'refresh_failed'
}
