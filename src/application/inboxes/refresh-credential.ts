import { inOne } from '#application/in-one.ts'
import { notEnded } from '#application/inboxes/end-subscription.ts'
import { askPassage, reportCall } from '#application/inboxes/provider-gates.ts'
import { endToken, recordRefresh, tokenOf } from '#application/inboxes/record-refresh.ts'
import { type JobOutcome, jobDone } from '#application/job-outcome.ts'
import type { JobPayloads } from '#application/jobs.ts'
import type { Channel, ChannelError, Channels } from '#application/ports/channel.ts'
import type { Clock } from '#application/ports/clock.ts'
import { credentialContext, type SealedCredential } from '#application/ports/credentials.ts'
import type { ConnectedInbox } from '#application/ports/inboxes.ts'
import type { Logger } from '#application/ports/logger.ts'
import type { Tx, UnitOfWork } from '#application/ports/unit-of-work.ts'
import type { Vault } from '#application/ports/vault.ts'
import { maySend, type TokenNews } from '#domain/inbox/connection.ts'
import { nextAction, postponed } from '#domain/inbox/credential.ts'
import type { Passage } from '#domain/inbox/gate.ts'
import { type Duration, days, type Instant, minutes } from '#domain/shared/instant.ts'
import { err, ok } from '#domain/shared/result.ts'

/**
 * Refreshes the token of one inbox where it is due and nobody else is at it, and writes down what came of it. When to try again
 * stands in the token's row, so the job itself is done whatever came of it.
 */
export type RefreshCredential = (payload: JobPayloads['refresh-credential']) => Promise<JobOutcome>

/** Longer than the call and its record take. After it a token is free for another worker. */
const lease: Duration = minutes(2)

interface Dependencies {
  readonly channels: Channels
  readonly unitOfWork: UnitOfWork
  readonly vault: Vault
  readonly clock: Clock
  readonly logger: Logger
}

interface Due {
  readonly inbox: ConnectedInbox
  readonly credential: SealedCredential
}

/** `abandoned`: it was deleted although the provider did not confirm the end of the subscription. */
type News = TokenNews | 'abandoned' | undefined

/** What a look at a token ends with: a call that is now ours to make, or news. */
type Look = (Due & { readonly call: NonNullable<Channel['refresh']>; readonly passage: Passage }) | (Due & { readonly news: News })

const isDown: ChannelError = { code: 'channel.unavailable', detail: { message: 'The provider does not answer at the moment.' } }

const look = async (tx: Tx, { inbox, credential }: Due, channel: Channel | undefined, now: Instant): Promise<Look> => {
  const due = { inbox, credential }
  const token = tokenOf(inbox, credential)
  const putOff = async (until: Instant): Promise<Look> => {
    await tx.credentials.putBack(token, postponed(credential, until))
    return { ...due, news: undefined }
  }
  if (inbox.state === 'disconnected') {
    await tx.inboxes.cut(inbox.inboxId, notEnded())
    return { ...due, news: 'abandoned' }
  }
  if (!maySend(inbox.state)) {
    await tx.credentials.retire(token)
    return { ...due, news: undefined }
  }
  const action = nextAction(credential, now)
  if (action === 'reauthorize') return { ...due, news: await endToken(tx, inbox, credential, { news: 'expired', at: now }) }
  if (!channel?.refresh) return putOff(credential.expiresAt)
  if (action === 'use') return putOff(credential.issuedAt + days(1))
  const passage = await askPassage(tx, inbox, now)
  if (passage.may !== 'wait') return { ...due, call: channel.refresh, passage }
  if (passage.because === 'asked') return putOff(passage.until)
  return { ...due, news: await recordRefresh(tx, inbox, credential, err(isDown), now) }
}

const log = (logger: Logger, { inbox, credential }: Due, news: News, now: Instant, error?: ChannelError): void => {
  const { accountId, inboxId, channel } = inbox
  const who = { accountId, inboxId, channel }
  if (news === 'refreshed') logger.info('credential.refreshed', who)
  if (news === 'abandoned') logger.warn('subscription.abandoned', who)
  if (news === 'expired' || news === 'refused') logger.warn('credential.ended', { ...who, because: news })
  if (news !== 'refresh_failed') return
  const daysLeft = Math.floor((credential.expiresAt - now) / days(1))
  const { code = isDown.code, detail = isDown.detail } = error ?? {}
  logger.warn('credential.refresh_failing', {
    ...who,
    failures: credential.failures + 1,
    daysLeft,
    reason: code,
    providerCode: detail.providerCode,
  })
}

export const createRefreshCredential = ({ channels, unitOfWork, vault, clock, logger }: Dependencies): RefreshCredential => {
  const claim = (payload: JobPayloads['refresh-credential'], now: Instant) =>
    inOne(unitOfWork, async (tx) => {
      const inbox = await tx.inboxes.lock(payload.accountId, payload.inboxId)
      const credential = inbox && (await tx.credentials.claim(payload, now, now + lease))
      return inbox && credential && (await look(tx, { inbox, credential }, channels.get(inbox.channel), now))
    })

  /** The call, outside of any transaction; a new token is sealed before it is anywhere else. */
  const refresh = async ({ inbox, credential, call }: Extract<Look, { readonly call: unknown }>) => {
    const context = credentialContext(inbox.channel, inbox.channelKey)
    const answer = await call({ channelKey: inbox.channelKey, token: await vault.open(credential.sealed, context) })
    if (!answer.ok) return answer
    const { token, ...lifetime } = answer.value
    return ok({ ...lifetime, sealed: await vault.seal(token, context) })
  }

  return async (payload) => {
    const begunAt = clock.now()
    const due = await claim(payload, begunAt)
    if (!due) return jobDone
    if ('news' in due) {
      log(logger, due, due.news, begunAt)
      return jobDone
    }
    const answer = await refresh(due)
    const now = clock.now()
    const news = await inOne(unitOfWork, async (tx) => {
      const inbox = await tx.inboxes.lock(payload.accountId, payload.inboxId)
      await reportCall(tx, due.inbox, due.passage, answer.ok ? ok({}) : answer, now)
      return inbox && (await recordRefresh(tx, inbox, due.credential, answer, now))
    })
    log(logger, due, news, now, answer.ok ? undefined : answer.error)
    return jobDone
  }
}
