import { setTimeout as sleep } from 'node:timers/promises'
import { causeOf, postToCallback } from './callback.ts'
import type { Faults } from './faults.ts'
import type { Random } from './random.ts'
import { sign, toWireJson } from './signature.ts'
import { envelope, openField, type WebhookEvent } from './webhook-events.ts'
import { createWorkQueue } from './work-queue.ts'
import { keep, type World } from './world.ts'

/** How long a reordering fault collects webhooks before it shuffles them. */
export const REORDER_WINDOW_MS = 100

/** One webhook: what was to be sent and what became of it. */
export interface Delivery {
  id: string
  business_id: string
  /** The subscription that let it through, or the one that is missing. */
  field: string
  /** `skipped`: nobody asked for it. `dropped`: by a fault. `failed`: given up. `reason` tells more. */
  state: 'pending' | 'delivered' | 'failed' | 'dropped' | 'skipped'
  reason: string | null
  attempts: number
  /** HTTP status of the last attempt; null when there was no answer. */
  last_status: number | null
  payload: unknown
  created_at: number
}

export interface WebhookSender {
  /**
   * Resolves when the webhook (and its duplicates) is delivered or given up.
   * @param gate the first attempt waits for it; the place in the queue is taken at once
   */
  push(event: WebhookEvent, gate?: Promise<void>): Promise<void>
  /** Newest last, bounded. */
  list(): readonly Delivery[]
  pending(): number
  /** Resolves when nothing is under way or after `timeoutMs`: whether it is idle. */
  idle(timeoutMs: number): Promise<boolean>
  /** Forgets all deliveries and stops the ones under way. */
  reset(): void
}

interface Parts {
  readonly world: World
  readonly secret: string
  readonly faults: Faults
  readonly random: Random
  readonly now: () => number
  readonly closing: AbortSignal
}

/** Sends webhooks: one queue per business, each webhook tried again with growing pauses until the answer is 200. */
export const createWebhookSender = (parts: Parts): WebhookSender => {
  const { world, faults, random, closing } = parts
  const queue = createWorkQueue(() => world.app.delivery_concurrency, closing)
  const deliveries: Delivery[] = []
  const held: (() => void)[] = []

  const hold = (): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>()
    if (held.push(resolve) === 1) {
      queue.add('reorder', async (signal) => {
        await sleep(REORDER_WINDOW_MS, undefined, { signal })
        for (const release of random.shuffle(held.splice(0))) release()
      })
    }
    return promise
  }

  const push: WebhookSender['push'] = async (event, gate) => {
    const delivery = toDelivery(parts, event)
    keep(deliveries, delivery)
    const fault = delivery.state === 'pending' ? faults.take({ host: 'webhook', path: delivery.field, method: 'POST' })?.do : undefined
    if (fault?.drop) Object.assign(delivery, { state: 'dropped', reason: 'a fault dropped it' })
    if (delivery.state !== 'pending') return
    const copies = Array.from({ length: fault?.duplicate ?? 0 }, (): Delivery => ({ ...delivery, id: nextId() }))
    for (const copy of copies) keep(deliveries, copy)
    if (fault?.reorder) await hold()
    const work = [delivery, ...copies].map((each) =>
      queue.add(each.business_id, (signal) => deliver(parts, each, { gate, delayMs: fault?.delay_ms ?? 0, signal })),
    )
    await Promise.all(work)
  }

  const reset = (): void => {
    queue.clear()
    held.length = 0
    deliveries.length = 0
  }
  return { push, reset, list: () => deliveries, pending: queue.pending, idle: queue.idle }
}

let count = 0
const nextId = (): string => {
  count += 1
  return `delivery-${count}`
}

const toDelivery = ({ world, now }: Parts, event: WebhookEvent): Delivery => {
  const field = openField(event, world.businesses.get(event.business_id), world.app.fields)
  const reason =
    field === undefined ? 'no subscription to this field' : world.app.callback_url === null ? 'the app has no callback_url' : null
  return {
    id: nextId(),
    business_id: event.business_id,
    field: field ?? event.fields.join(' or '),
    state: reason === null ? 'pending' : 'skipped',
    reason,
    attempts: 0,
    last_status: null,
    payload: envelope(event, now()),
    created_at: now(),
  }
}

interface Terms {
  readonly gate: Promise<void> | undefined
  readonly delayMs: number
  readonly signal: AbortSignal
}

const deliver = async (parts: Parts, delivery: Delivery, { gate, delayMs, signal }: Terms): Promise<void> => {
  const { app } = parts.world
  const body = toWireJson(delivery.payload)
  await gate
  if (delayMs > 0) await sleep(delayMs, undefined, { signal })
  for (let pause = app.retry_base_ms; delivery.state === 'pending'; pause = Math.min(pause * 2, app.retry_max_ms)) {
    await attempt(parts, delivery, body, signal)
    if (delivery.last_status === 200) delivery.state = 'delivered'
    else if (delivery.attempts >= app.retry_limit) delivery.state = 'failed'
    else await sleep(pause, undefined, { signal })
  }
}

const attempt = async ({ world, secret }: Parts, delivery: Delivery, body: string, signal: AbortSignal): Promise<void> => {
  delivery.attempts += 1
  try {
    const { status } = await postToCallback(world.app.callback_url ?? '', body, {
      signature: sign(secret, body),
      signal: AbortSignal.any([signal, AbortSignal.timeout(world.app.webhook_timeout_ms)]),
    })
    Object.assign(delivery, { last_status: status, reason: status === 200 ? null : `the callback answered ${status}` })
  } catch (error) {
    Object.assign(delivery, { last_status: null, reason: causeOf(error) })
  }
}
