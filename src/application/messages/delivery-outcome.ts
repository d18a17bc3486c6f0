import type { ChannelError } from '#application/ports/channel.ts'
import type { DeliveryError, Part } from '#application/ports/messages.ts'
import type { Passage } from '#domain/inbox/gate.ts'
import { nextLook } from '#domain/message/delivery.ts'
import { backoff } from '#domain/shared/backoff.ts'
import { type Instant, minutes } from '#domain/shared/instant.ts'

import type { Result } from '#domain/shared/result.ts'

/** A part that the provider could not take is tried this often, as long as the provider answers at all. */
export const maxAttempts = 10

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

/**
 * What the provider's answer makes of a part that was being sent. Where the way to the provider is shut since then, the part is due
 * at once: it waits for that and not for its own back-off.
 */
export const settledPart = (
  part: Part,
  answer: Result<{ readonly externalId: string }, ChannelError>,
  now: Instant,
  isShut = false,
): SettledPart => {
  if (answer.ok) return { part: { ...part, state: 'accepted', externalId: answer.value.externalId, dueAt: null }, error: null }
  const { error } = answer
  switch (error.code) {
    case 'channel.rejected':
      return { part: { ...part, state: 'refused', dueAt: null }, error: errorOf(error, 'message.rejected', false) }
    case 'channel.unauthorized':
      return { part: { ...part, state: 'held', dueAt: now }, error: errorOf(error, 'inbox.reauthorization_required', true) }
    case 'channel.uncertain':
      return {
        part: { ...part, state: 'uncertain', dueAt: nextLook(part.claimedAt ?? now, now) },
        error: errorOf(error, 'message.uncertain', true),
      }
    case 'channel.unavailable':
    case 'channel.rate_limited': {
      if (error.code === 'channel.unavailable' && !error.detail.outage && part.attempts >= maxAttempts)
        return { part: { ...part, state: 'refused', dueAt: null }, error: errorOf(error, 'message.not_sent', true) }
      const dueAt = isShut ? now : now + (error.detail.retryAfter ?? backoff(part.attempts, `part ${part.id}`))
      return { part: { ...part, state: 'queued', dueAt }, error: errorOf(error, 'message.delayed', true) }
    }
  }
}

const ownError = (code: string, kind: string, message: string, retryable: boolean): DeliveryError => ({
  code,
  class: kind,
  message,
  providerCode: null,
  providerSubcode: null,
  providerTraceId: null,
  retryable,
})

/** A part that may not leave because the customer's window has closed while it waited. */
export const outsideWindow = (part: Part): SettledPart => ({
  part: { ...part, state: 'refused', dueAt: null },
  error: ownError(
    'message.outside_window',
    'window',
    'The time in which this customer could be answered is over; they have to write again first.',
    false,
  ),
})

/** A part about which nobody will ever know more than that it may have been sent. */
export const neverSettled: DeliveryError = ownError(
  'message.uncertain',
  'uncertain',
  'Nobody knows whether the customer got this message: look in the app, then send it again if it is missing.',
  true,
)

/** A part of an inbox that is not connected. Connecting it again sends what is held; this look is for one that slipped through. */
export const awaitsConnection = (part: Part, now: Instant): SettledPart => ({
  part: { ...part, state: 'held', dueAt: now + minutes(60) },
  error: ownError(
    'inbox.reauthorization_required',
    'unauthorized',
    'The inbox has lost its connection: the message leaves when an administrator has connected it again.',
    true,
  ),
})

/** A part whose provider may not be called before some time. */
export const awaitsProvider = (part: Part, { until, because }: Passage & { readonly may: 'wait' }): SettledPart =>
  because === 'asked'
    ? {
        part: { ...part, state: 'queued', dueAt: until },
        error: ownError(
          'message.delayed',
          'rate_limited',
          'The provider asked us to slow down: the message leaves by itself in a while.',
          true,
        ),
      }
    : {
        part: { ...part, state: 'held', dueAt: until },
        error: ownError(
          'message.delayed',
          'unavailable',
          'The provider does not answer at the moment: the message leaves by itself when it does again.',
          true,
        ),
      }
