import type { ChannelError } from '#application/ports/channel.ts'
import type { DeliveryError, Part } from '#application/ports/messages.ts'
import { uncertainLimit } from '#domain/message/delivery.ts'
import { type Duration, type Instant, seconds } from '#domain/shared/instant.ts'
import type { Result } from '#domain/shared/result.ts'

/** A part that the provider cannot take now is tried this often before it is called failed. */
export const maxAttempts = 10

const backoff = (attempts: number): Duration => Math.min(seconds(2 ** attempts), seconds(300))

const errorOf = (error: ChannelError, code: string, retryable: boolean): DeliveryError => ({
  code,
  class: error.code === 'channel.rejected' ? error.class : error.code.slice('channel.'.length),
  message: error.detail.message,
  providerCode: error.detail.providerCode ?? null,
  providerSubcode: error.detail.providerSubcode ?? null,
  providerTraceId: error.detail.providerTraceId ?? null,
  retryable,
})

export interface SettledPart {
  readonly part: Part
  readonly error: DeliveryError | null
}

/** What the provider's answer makes of a part that was being sent. */
export const settledPart = (part: Part, answer: Result<{ readonly externalId: string }, ChannelError>, now: Instant): SettledPart => {
  if (answer.ok) return { part: { ...part, state: 'accepted', externalId: answer.value.externalId, dueAt: null }, error: null }
  const { error } = answer
  switch (error.code) {
    case 'channel.rejected':
      return { part: { ...part, state: 'refused', dueAt: null }, error: errorOf(error, 'message.rejected', false) }
    case 'channel.unauthorized':
      return { part: { ...part, state: 'held', dueAt: null }, error: errorOf(error, 'inbox.reauthorization_required', true) }
    case 'channel.uncertain':
      return { part: { ...part, state: 'uncertain', dueAt: now + uncertainLimit }, error: errorOf(error, 'message.uncertain', true) }
    case 'channel.unavailable':
    case 'channel.rate_limited': {
      if (part.attempts >= maxAttempts)
        return { part: { ...part, state: 'refused', dueAt: null }, error: errorOf(error, 'message.not_sent', true) }
      const dueAt = now + (error.detail.retryAfter ?? backoff(part.attempts))
      return { part: { ...part, state: 'queued', dueAt }, error: errorOf(error, 'message.delayed', true) }
    }
  }
}

/** A part that may not leave because the customer's window has closed while it waited. */
export const outsideWindow = (part: Part): SettledPart => ({
  part: { ...part, state: 'refused', dueAt: null },
  error: {
    code: 'message.outside_window',
    class: 'window',
    message: 'The time in which this customer could be answered is over; they have to write again first.',
    providerCode: null,
    providerSubcode: null,
    providerTraceId: null,
    retryable: false,
  },
})
