import type { Faults } from './faults.ts'
import type { Random } from './random.ts'
import type { WebhookSender } from './webhook-sender.ts'
import type { World } from './world.ts'

/** What every part of the sandbox works with. */
export interface Simulation {
  readonly appId: string
  readonly appSecret: string
  readonly world: World
  readonly faults: Faults
  readonly random: Random
  readonly webhooks: WebhookSender
  /** Epoch ms, moved by `advance`. */
  now(): number
  advance(ms: number): void
  /** Public base URL, known once the server listens. */
  url: string
  /** Aborts when the sandbox closes: nothing may wait longer. */
  readonly closing: AbortSignal
}
