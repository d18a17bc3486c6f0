import type { AccessTokens } from '#application/ports/access-tokens.ts'
import type { Clock } from '#application/ports/clock.ts'
import type { UnitOfWork } from '#application/ports/unit-of-work.ts'
import type { UserId } from '#domain/shared/ids.ts'
import { err, ok, type Result } from '#domain/shared/result.ts'

export type IssueUserTokenError = { readonly code: 'user.unknown' }

/** A new API token for a user. It is shown this once: only its digest is kept. Earlier tokens stay valid. */
export type IssueUserToken = (command: { readonly userId: UserId }) => Promise<Result<{ readonly token: string }, IssueUserTokenError>>

interface Dependencies {
  readonly unitOfWork: UnitOfWork
  readonly accessTokens: AccessTokens
  readonly clock: Clock
}

export const createIssueUserToken =
  ({ unitOfWork, accessTokens, clock }: Dependencies): IssueUserToken =>
  async ({ userId }) => {
    const token = accessTokens.create()
    const digest = await accessTokens.digest(token)
    return unitOfWork.run(async (tx) =>
      (await tx.accounts.addToken({ userId }, digest, clock.now())) ? ok({ token }) : err({ code: 'user.unknown' }),
    )
  }
