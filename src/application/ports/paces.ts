import type { InboxRef } from '#application/ports/credentials.ts'
import type { Pace } from '#domain/inbox/pace.ts'

/** What providers count apart: texts and what is as light, audio and video, and reading conversations. */
export type CallKind = 'texts' | 'media' | 'reads'

/** Calls a second that a provider allows for one account. */
export type Rates = Readonly<Record<CallKind, number>>

/** One bucket: calls of one kind to the account behind one inbox. */
export interface PaceRef extends InboxRef {
  readonly kind: CallKind
}

/** How often accounts were called: what all processes share. */
export interface Paces {
  /**
   * How they stand, in the order of `refs`, each locked until the transaction ends; all that a transaction needs is asked for at once, or two
   * would wait for each other. One that nobody has saved is fresh; so is that of an inbox that is not there.
   */
  lock(refs: readonly PaceRef[]): Promise<readonly Pace[]>
  /** Those that are locked. */
  save(paces: readonly { readonly ref: PaceRef; readonly pace: Pace }[]): Promise<void>
}
