import type { KeyedRequest } from '#application/ports/request-keys.ts'
import type { Tx } from '#application/ports/unit-of-work.ts'
import type { MessageId } from '#domain/shared/ids.ts'
import { hours, type Instant } from '#domain/shared/instant.ts'
import { err, ok, type Result } from '#domain/shared/result.ts'

export type RequestKeyError = { readonly code: 'idempotency_key.reused' | 'idempotency_key.in_use' }

/** The message that a request made: now, or when it was sent for the first time. */
export interface WrittenMessage {
  readonly messageId: MessageId
  /** Of a repeated request. `answer` is what it was told then, null where that was lost. */
  readonly repeated?: { readonly answer: string | null }
}

/** A key stands this long for the request that brought it first. */
export const keyLifetime = hours(24)

/**
 * Does what a request asks for, unless a request with the same key did. Key and message are one transaction: a crash leaves
 * both or neither, and a "no" leaves the key free, since nothing was done.
 */
export const writeOnce = async <E>(
  tx: Tx,
  request: KeyedRequest | undefined,
  now: Instant,
  write: () => Promise<Result<MessageId, E>>,
): Promise<Result<WrittenMessage, E | RequestKeyError>> => {
  if (request) {
    const claim = await tx.requestKeys.claim(request, now, now - keyLifetime)
    if (claim.state === 'running') return err({ code: 'idempotency_key.in_use' })
    if (claim.state === 'done') {
      if (claim.digest !== request.digest) return err({ code: 'idempotency_key.reused' })
      return ok({ messageId: claim.messageId, repeated: { answer: claim.answer } })
    }
  }
  const written = await write()
  if (!written.ok) return written
  if (request) await tx.requestKeys.settle(request, written.value)
  return ok({ messageId: written.value })
}
