import type { InboxRef } from '#application/ports/credentials.ts'
import type { ConnectedInbox } from '#application/ports/inboxes.ts'

/** What it is for: it signs what an inbox's own software is told, or proves who people are in the inbox. */
export type SecretKind = 'webhook' | 'hmac'

export const secretKinds: readonly SecretKind[] = ['webhook', 'hmac']

/** What a secret of an inbox is sealed to: it opens for this inbox and this kind, and for no other. */
export const secretContext = (kind: SecretKind, inbox: Pick<ConnectedInbox, 'inboxId' | 'channel' | 'channelKey'>): string =>
  kind === 'webhook' ? `webhook:${inbox.channel}:${inbox.channelKey}` : `hmac-token:${inbox.inboxId}`

export interface SecretRef extends InboxRef {
  readonly kind: SecretKind
}

export interface InboxSecret extends SecretRef {
  /** Opens with the vault under `context`. Null: there is none yet. */
  readonly sealed: string | null
  readonly context: string
}

/** What inboxes and their own software know each other by: one of each kind. */
export interface InboxSecrets {
  /** Those of these kinds of these inboxes, in no order, also where there is none yet; nothing of an inbox that is another account's. */
  find(inboxes: readonly InboxRef[], kinds: readonly SecretKind[]): Promise<readonly InboxSecret[]>
  /** Keeps one where there is none; answers the one that stands, or undefined where the account has no such inbox. */
  keep(secret: SecretRef, sealed: string): Promise<string | undefined>
  /** Keeps this one, whatever stood there. Nothing where the account has no such inbox. */
  replace(secret: SecretRef, sealed: string): Promise<void>
}
