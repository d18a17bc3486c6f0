import type { InboxRef } from '#application/ports/credentials.ts'
import type { ConnectedInbox } from '#application/ports/inboxes.ts'
import type { GapFill } from '#domain/inbox/gap-fill.ts'
import type { ExternalId } from '#domain/shared/ids.ts'
import type { Instant } from '#domain/shared/instant.ts'

export interface DueGapFill extends InboxRef {
  readonly dueAt: Instant
}

/** An inbox that is ours to read until `until`. */
export interface ClaimedGapFill {
  readonly fill: GapFill
  readonly until: Instant
  readonly inbox: ConnectedInbox
  /** The provider's other id of the account. */
  readonly alternateKey: ExternalId | null
}

/** What is to be remembered of a read. */
export interface GapFillNews {
  /** A reading came to its end at this time, with so many messages that had not been pushed. */
  readonly ended?: { readonly at: Instant; readonly missed: number }
  /** A sentence for people; null where the read went well. */
  readonly error: string | null
}

/** What people are told of it. */
export interface GapFillView {
  /** When the provider's conversations were last read to the end; null: not yet. */
  readonly lookedAt: Instant | null
  /** When messages were last found that had not been pushed, and how many. */
  readonly missedAt: Instant | null
  readonly missed: number
  /** Why the last read failed, in a sentence for people. */
  readonly error: string | null
}

/** How far each inbox has been read at its provider. */
export interface GapFills {
  /** Has an inbox read at `at`; whoever is reading it at this moment does not make that undone. */
  ask(inbox: InboxRef, at: Instant): Promise<void>
  /** Up to `limit` connected inboxes of these channels that are due and that nobody is reading, longest due first, from behind `after`. */
  due(kinds: readonly string[], now: Instant, limit: number, after?: DueGapFill): Promise<readonly DueGapFill[]>
  /** Takes one that is due; undefined where it is not due, or somebody has it, or the inbox may not call its provider, or has no token. */
  claim(inbox: InboxRef, now: Instant, until: Instant): Promise<ClaimedGapFill | undefined>
  /** Holds what is known of an inbox's reading until the transaction ends, so that nobody begins to erase somebody there meanwhile. */
  hold(inbox: InboxRef): Promise<void>
  /** Ends a claim with how it stands now. Changes nothing where the claim was lost in the meantime. */
  save(claimed: ClaimedGapFill, fill: GapFill, news: GapFillNews): Promise<void>
}
