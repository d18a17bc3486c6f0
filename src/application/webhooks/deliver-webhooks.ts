import { inOne } from '#application/in-one.ts'
import { createOpenSecret, type OpenSecretDependencies } from '#application/inboxes/open-secret.ts'
import { type JobOutcome, jobDone } from '#application/job-outcome.ts'
import type { Channels } from '#application/ports/channel.ts'
import type { Clock } from '#application/ports/clock.ts'
import type { InboxRef } from '#application/ports/credentials.ts'
import type { Logger } from '#application/ports/logger.ts'
import type { Posts } from '#application/ports/posts.ts'
import type { Tx } from '#application/ports/unit-of-work.ts'
import type { WebhookBodies } from '#application/ports/webhook-bodies.ts'
import type { WebhookDelivery } from '#application/ports/webhooks.ts'
import { isFleeting, recordWebhook, type Told } from '#application/webhooks/record-webhook.ts'
import { webhookJob } from '#application/webhooks/webhook-job.ts'
import { type Duration, type Instant, seconds } from '#domain/shared/instant.ts'
import { callTime, deliveryLease, fleetingTime, type Heard } from '#domain/webhook/delivery.ts'

/**
 * Tells an inbox's own software what is due, in order in each conversation and several conversations at once, until nothing is. Every
 * event is told at least once, under one id. Safe to run several times at once.
 */
export type DeliverWebhooks = (inbox: InboxRef) => Promise<JobOutcome>

/** Calls of one inbox at once, everywhere together. */
export const width = 8

/** After this a run lets others have its place, and a job of its own goes on. */
const shift: Duration = seconds(20)

interface Dependencies extends OpenSecretDependencies {
  readonly channels: Channels
  readonly posts: Posts
  readonly webhookBodies: WebhookBodies
  readonly clock: Clock
  readonly logger: Logger
}

const createCall = (dependencies: Dependencies) => {
  const { posts, webhookBodies, webhookSigner, clock, logger } = dependencies
  const openSecret = createOpenSecret(dependencies)
  const utf8 = new TextEncoder()

  const send = async (url: string, secret: string, { id, event }: WebhookDelivery): Promise<Heard> => {
    const body = utf8.encode(await webhookBodies.render(event))
    const signature = await webhookSigner.sign(secret, { id, at: clock.now(), body })
    const headers = { 'content-type': 'application/json', accept: 'application/json', ...signature }
    const answer = await posts.post(url, { headers, body }, callTime)
    if (answer.ok) return { is: 'answered', ...answer.value }
    return { is: answer.error.code === 'post.refused' ? 'forbidden' : 'silence' }
  }

  /** What cannot be told, for a mistake of ours, is given up in the end like what is not taken, and stands in nobody's way. */
  const sendSafely = (url: string, secret: string, delivery: WebhookDelivery): Promise<Heard> =>
    send(url, secret, delivery).catch((error: unknown): Heard => {
      logger.error('webhook.broken', { id: delivery.id, error })
      return { is: 'broken' }
    })

  return async (delivery: WebhookDelivery): Promise<Heard> => {
    const { event, inboxId, target } = delivery
    if (target.url === null) return { is: 'nowhere' }
    if (target.goneAt !== null) return { is: 'known-gone' }
    if (isFleeting(event) && clock.now() > event.at + fleetingTime) return { is: 'too-late' }
    const secret = await openSecret(target.secret)
    if (secret !== undefined) return sendSafely(target.url, secret, delivery)
    logger.error('webhook.secret_unreadable', { inboxId })
    return { is: 'broken' }
  }
}

export const createDeliverWebhooks = (dependencies: Dependencies): DeliverWebhooks => {
  const { unitOfWork, channels, clock, logger } = dependencies
  const call = createCall(dependencies)

  /**
   * Where time is up the rest is left to another job, and where nothing is due yet, to one that comes when it is: whoever woke us may
   * have a clock that is ahead of ours.
   */
  const takeIn = async (tx: Tx, inbox: InboxRef, most: number, endsAt: Instant): Promise<readonly WebhookDelivery[]> => {
    const now = clock.now()
    const isOver = now >= endsAt
    const taken = isOver ? [] : await tx.webhooks.take(inbox, { now, until: now + deliveryLease, width, most })
    if (taken.length > 0) return taken
    const next = isOver ? now : await tx.webhooks.nextDue(inbox, now)
    if (next !== null) await tx.jobs.enqueue([isOver ? webhookJob(inbox) : webhookJob(inbox, next)])
    return []
  }

  const report = ({ inboxId }: InboxRef, { delivery, heard }: Told, isClosed: boolean): void => {
    const { id, event, attempts } = delivery
    const status = heard.is === 'answered' ? heard.status : null
    if (status === null || status >= 300) logger.info('webhook.not_taken', { inboxId, id, event: event.name, attempts, status })
    if (isClosed) logger.warn('webhook.address_gone', { inboxId })
  }

  const goOn = async (inbox: InboxRef, first: WebhookDelivery, endsAt: Instant): Promise<void> => {
    for (let delivery: WebhookDelivery | undefined = first; delivery; ) {
      const told: Told = { delivery, heard: await call(delivery) }
      const { next, isClosed } = await inOne(unitOfWork, async (tx) => {
        const recorded = await recordWebhook(tx, channels, told, clock.now())
        const [next] = await takeIn(tx, inbox, 1, endsAt)
        return { next, ...recorded }
      })
      report(inbox, told, isClosed)
      delivery = next
    }
  }

  return async (inbox) => {
    const endsAt = clock.now() + shift
    const first = await inOne(unitOfWork, (tx) => takeIn(tx, inbox, width, endsAt))
    const ended = await Promise.allSettled(first.map((delivery) => goOn(inbox, delivery, endsAt)))
    for (const each of ended) if (each.status === 'rejected') throw each.reason
    return jobDone
  }
}
