/** Seals secrets for rest: AES-256-GCM under a ring of keys. `context` is bound to the seal; opening with another one fails. */
export interface Vault {
  /** The id of the key that seals. No secret. */
  readonly sealingKey: string
  /** Answers an envelope that names its key: text, safe to store. */
  seal(plain: string, context: string): Promise<string>
  /** Throws where the envelope was changed, moved to another context, or sealed by a key that is not in the ring. */
  open(envelope: string, context: string): Promise<string>
  /** The same secret under the key that seals, where another one sealed it. `unreadable` where `open` would throw. */
  reseal(envelope: string, context: string): Promise<Resealed>
}

export type Resealed = { readonly is: 'current' } | { readonly is: 'resealed'; readonly sealed: string } | { readonly is: 'unreadable' }
