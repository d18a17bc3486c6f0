import type { Channels } from '#application/ports/channel.ts'
import { err, ok, type Result } from '#domain/shared/result.ts'

export type AnswerHandshakeError = { readonly code: 'channel.unknown' | 'webhook.wrong_verify_token' }

/** Proves to a provider that this address is ours. The answer is to be sent back as it is. */
export type AnswerHandshake = (request: {
  readonly channel: string
  readonly query: (name: string) => string | undefined
}) => Promise<Result<string, AnswerHandshakeError>>

export const createAnswerHandshake =
  ({ channels }: { readonly channels: Channels }): AnswerHandshake =>
  async ({ channel, query }) => {
    const webhook = channels.get(channel)?.webhook
    if (!webhook) return err({ code: 'channel.unknown' })
    const challenge = await webhook.handshake(query)
    return challenge === undefined ? err({ code: 'webhook.wrong_verify_token' }) : ok(challenge)
  }
