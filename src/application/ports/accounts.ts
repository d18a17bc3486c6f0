import type { AccountId, PlatformAppId, UserId } from '#domain/shared/ids.ts'
import type { Instant } from '#domain/shared/instant.ts'

export type Role = 'agent' | 'administrator'

export type TokenOwner = { readonly userId: UserId } | { readonly platformAppId: PlatformAppId }

/** Who calls. */
export type Actor =
  | {
      readonly kind: 'user'
      readonly userId: UserId
      readonly name: string
      readonly email: string
      /** In each account that they belong to, by its id. */
      readonly roles: Readonly<Record<number, Role>>
    }
  | { readonly kind: 'platform_app'; readonly platformAppId: number }

/** Accounts, users, memberships and the digests of their tokens. */
export interface Accounts {
  insertAccount(account: { readonly name: string; readonly locale: string; readonly at: Instant }): Promise<AccountId>
  /** Answers the user who already has this (lower-case) e-mail, unchanged, where there is one. */
  ensureUser(user: { readonly name: string; readonly email: string; readonly at: Instant }): Promise<UserId>
  /** Sets the role of a user in an account. False where either does not exist. */
  setMembership(member: {
    readonly accountId: AccountId
    readonly userId: UserId
    readonly role: Role
    readonly at: Instant
  }): Promise<boolean>
  ensurePlatformApp(app: { readonly name: string; readonly at: Instant }): Promise<PlatformAppId>
  /** False where the owner does not exist. Adding a digest again changes nothing. */
  addToken(owner: TokenOwner, digest: Uint8Array, at: Instant): Promise<boolean>
  removeTokens(owner: TokenOwner): Promise<void>
  /** Removes one token, whoever holds it. */
  removeToken(digest: Uint8Array): Promise<void>
}
