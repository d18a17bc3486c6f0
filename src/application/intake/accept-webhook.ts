import type { Channels } from '#application/ports/channel.ts'
import type { Clock } from '#application/ports/clock.ts'
import type { IntakeLog } from '#application/ports/intake.ts'
import { err, ok, type Result } from '#domain/shared/result.ts'

export type AcceptWebhookError = { readonly code: 'channel.unknown' | 'webhook.forged' | 'webhook.wrong_object' | 'webhook.not_stored' }

/** Takes in a provider's request. Ok means committed: whatever happens to this process now, the events will be applied. */
export type AcceptWebhook = (request: {
  readonly channel: string
  readonly body: Uint8Array
  readonly header: (name: string) => string | undefined
}) => Promise<Result<null, AcceptWebhookError>>

interface Dependencies {
  readonly channels: Channels
  readonly intakeLog: IntakeLog
  readonly clock: Clock
  readonly wakeIntake: () => void
}

export const createAcceptWebhook =
  ({ channels, intakeLog, clock, wakeIntake }: Dependencies): AcceptWebhook =>
  async ({ channel, body, header }) => {
    const webhook = channels.get(channel)?.webhook
    if (!webhook) return err({ code: 'channel.unknown' })
    if (!(await webhook.verify(body, header))) return err({ code: 'webhook.forged' })
    if (webhook.isForeign(body)) return err({ code: 'webhook.wrong_object' })
    try {
      await intakeLog.append({ channel, body, receivedAt: clock.now() })
    } catch {
      // The log has said why on its own line; the provider only needs to hear that it should send again.
      return err({ code: 'webhook.not_stored' })
    }
    wakeIntake()
    return ok(null)
  }
