import type { Credential } from '#domain/inbox/credential.ts'
import type { AccountId, InboxId } from '#domain/shared/ids.ts'
import type { Instant } from '#domain/shared/instant.ts'

/** What a credential is sealed to: it opens for this provider account and no other. */
export const credentialContext = (channel: string, channelKey: string): string => `credential:${channel}:${channelKey}`

export interface InboxRef {
  readonly accountId: AccountId
  readonly inboxId: InboxId
}

/** One token of an inbox: each is issued at a time of its own. */
export interface TokenRef extends InboxRef {
  readonly issuedAt: Instant
}

/** A sealed token with its age. `sealed` opens with the vault under `credentialContext`. */
export interface SealedCredential extends Credential {
  readonly sealed: string
}

/** A token to call with, where it has not ended. */
export interface StoredToken extends TokenRef {
  readonly sealed: string
  readonly expiresAt: Instant
}

export interface DueCredential extends InboxRef {
  readonly refreshAt: Instant
}

/** The tokens of inboxes: one each. Whoever also locks the inbox (`Inboxes.lock`) does that first. */
export interface Credentials {
  /** The token of an inbox that was connected, instead of any earlier one. Nothing where the inbox is another account's. */
  save(inbox: InboxRef, credential: SealedCredential): Promise<void>
  /** The tokens that these inboxes have, ended or not, in no order. Never changes anything. */
  findAll(inboxes: readonly InboxRef[]): Promise<readonly StoredToken[]>
  /** Up to `limit` tokens that are due for a refresh and that nobody is refreshing, longest due first, from behind `after`. */
  due(now: Instant, limit: number, after?: DueCredential): Promise<readonly DueCredential[]>
  /** Takes a token that is due until `until`; undefined where it is not due, or somebody has it. */
  claim(inbox: InboxRef, now: Instant, until: Instant): Promise<SealedCredential | undefined>
  /** Puts a refreshed token in the place of `token`. False where that is not the inbox's token any more. */
  renew(token: TokenRef, credential: SealedCredential, refreshedAt: Instant): Promise<boolean>
  /** Ends a claim without a new token; `error`, where there is one, is a sentence for people. False where it is another token by now. */
  putBack(token: TokenRef, next: Pick<Credential, 'refreshAt' | 'failures' | 'warnedDays'>, error?: string): Promise<boolean>
  /** The token that an inbox has is looked at again `at`, whatever it was waiting for. */
  lookAt(inbox: InboxRef, at: Instant): Promise<void>
  /** This token is over: nothing happens with it by itself any more. False where it is another token by now. */
  retire(token: TokenRef): Promise<boolean>
}
