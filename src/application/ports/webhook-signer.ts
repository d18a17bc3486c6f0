import type { Instant } from '#domain/shared/instant.ts'

export interface SignedCall {
  /** The same however often it is sent. */
  readonly id: string
  readonly at: Instant
  readonly body: Uint8Array
}

/** Proves to a receiver that a call is ours. */
export interface WebhookSigner {
  /** A new secret of 256 random bits, `whsec_` and base64, as text to hand out. */
  createSecret(): string
  /** The headers of Standard Webhooks and those of Chatwoot. */
  sign(secret: string, call: SignedCall): Promise<Readonly<Record<string, string>>>
}
