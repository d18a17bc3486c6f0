/** Makes API tokens and the digests under which they are stored. */
export interface AccessTokens {
  /** A new token of 256 random bits, as text to hand out once. */
  create(): string
  /** SHA-256 of a token. Tokens are random, so a plain digest is enough. */
  digest(token: string): Promise<Uint8Array>
}
