import { inOne } from '#application/in-one.ts'
import type { OpenAccess } from '#application/inboxes/open-access.ts'
import { type JobOutcome, jobDone, jobRetry } from '#application/job-outcome.ts'
import type { JobPayloads } from '#application/jobs.ts'
import type { ChannelError, Channels } from '#application/ports/channel.ts'
import type { ConnectedInbox } from '#application/ports/inboxes.ts'
import type { UnitOfWork } from '#application/ports/unit-of-work.ts'
import { type Duration, days } from '#domain/shared/instant.ts'
import { ok, type Result } from '#domain/shared/result.ts'

/** Asks the provider to push the events of a disconnected inbox no longer, then deletes its token. */
export type EndSubscription = (payload: JobPayloads['end-subscription']) => Promise<JobOutcome>

/** How long a disconnected inbox keeps the token that ends its subscription; after that it is deleted whatever the provider says. */
export const endPatience: Duration = days(1)

const remedy = "Its owner can stop them by removing the app in the account's settings at the provider."

const notYet = (why: string): string =>
  `The provider has not stopped sending events of the account yet, which is tried again for a day: ${why}`

/** What people read on an inbox whose token was deleted although its subscription may go on. */
export const notEnded = (why = 'it did not answer properly for a day.'): string =>
  `The token is deleted, but the provider may go on sending events of the account, for ${why} ${remedy}`

interface Dependencies {
  readonly channels: Channels
  readonly unitOfWork: UnitOfWork
  readonly openAccess: OpenAccess
}

/** A token that is no good any more has no subscription to end. */
const leftOver = (ended: Result<null, ChannelError>): string | null =>
  ended.ok || ended.error.code === 'channel.unauthorized' ? null : notEnded(`it refused to stop: ${ended.error.detail.message}`)

export const createEndSubscription = ({ channels, unitOfWork, openAccess }: Dependencies): EndSubscription => {
  /** The provider knows one subscription of the account: it may be another inbox's by now. */
  const end = async (access: NonNullable<Awaited<ReturnType<OpenAccess>>>): Promise<Result<null, ChannelError>> => {
    const holders = await inOne(unitOfWork, (tx) => tx.inboxes.byChannelKeys([access.inbox]))
    if (holders.length > 0) return ok(null)
    return (await channels.get(access.inbox.channel)?.unsubscribe?.(access)) ?? ok(null)
  }

  /** Connected again in the meantime, the inbox is left alone, but for its subscription: that may have been the one that was ended. */
  const record = ({ accountId, inboxId }: ConnectedInbox, lastError: string | null, isOver: boolean) =>
    inOne(unitOfWork, async (tx) => {
      const now = await tx.inboxes.lock(accountId, inboxId)
      if (now?.state !== 'disconnected')
        await tx.jobs.enqueue([{ name: 'subscribe-webhooks', key: String(inboxId), payload: { accountId, inboxId } }])
      else if (isOver) await tx.inboxes.cut(inboxId, lastError)
      else await tx.inboxes.setState(inboxId, 'disconnected', lastError)
    })

  return async ({ accountId, inboxId }) => {
    const access = await openAccess(accountId, inboxId)
    if (access?.inbox.state !== 'disconnected') return jobDone
    const ended = await end(access)
    const outcome = ended.ok ? jobDone : jobRetry(ended.error)
    if (!ended.ok && !outcome.done) await record(access.inbox, notYet(ended.error.detail.message), false)
    else await record(access.inbox, leftOver(ended), true)
    return outcome
  }
}
