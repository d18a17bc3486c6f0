import type { MediaRef } from '#application/ports/media.ts'

/** Addresses of our files that nobody can guess. They last as long as the key that signed them opens what is sealed. */
export interface MediaLinks {
  /** Absolute. */
  sign(ref: MediaRef): Promise<string>
  /** Is this signature ours, and of this file? In constant time. */
  verify(ref: MediaRef, signature: string): Promise<boolean>
}
