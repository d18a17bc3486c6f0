import type { AccountId, UserId } from '#domain/shared/ids.ts'
import type { Instant } from '#domain/shared/instant.ts'
import type { Result } from '#domain/shared/result.ts'

/** What an OAuth `state` stands for: who started, for which account, and why. */
export interface StateClaims {
  readonly accountId: AccountId
  readonly userId: UserId
  /** For example `connect:instagram`; a state made for one purpose is refused for another. */
  readonly purpose: string
  /** Where the browser is to end. */
  readonly returnTo?: string
}

export interface OpenedState extends StateClaims {
  /** Unique id of this state, to be spent once. */
  readonly id: string
  readonly expiresAt: Instant
}

/** Signed, random, living 10 minutes. That each is used once is the caller's to record (`Tx.stateTokens`). */
export interface StateTokens {
  issue(claims: StateClaims): Promise<string>
  open(token: string, purpose: string): Promise<Result<OpenedState, 'state.invalid' | 'state.expired'>>
}
