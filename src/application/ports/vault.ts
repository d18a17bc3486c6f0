/** Seals secrets for rest: AES-256-GCM under a ring of keys. `context` is bound to the seal; opening with another one fails. */
export interface Vault {
  /** Answers an envelope that names its key: text, safe to store. */
  seal(plain: string, context: string): Promise<string>
  /** Throws where the envelope was changed, moved to another context, or sealed by a key that is not in the ring. */
  open(envelope: string, context: string): Promise<string>
}
