import type { ChannelError } from '#application/ports/channel.ts'
import type { Duration } from '#domain/shared/instant.ts'

/**
 * A job is done, or worth another run: after `retryAfter` (ms), or by the back-off of its kind. A "no" of the domain or the provider
 * is done: it stands on a row.
 */
export type JobOutcome = { readonly done: true } | { readonly done: false; readonly reason: string; readonly retryAfter?: Duration }

export const jobDone: JobOutcome = { done: true }

/** Another run where trying again could help. */
export const jobRetry = (error: ChannelError): JobOutcome => {
  if (error.code === 'channel.rejected' || error.code === 'channel.unauthorized') return jobDone
  const { retryAfter } = error.detail
  return { done: false, reason: error.code, ...(retryAfter === undefined ? {} : { retryAfter }) }
}
