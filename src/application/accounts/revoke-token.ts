import { inOne } from '#application/in-one.ts'
import type { AccessTokens } from '#application/ports/access-tokens.ts'
import type { UnitOfWork } from '#application/ports/unit-of-work.ts'

/** From now on this token opens nothing; its holder's others stay. */
export type RevokeToken = (token: string) => Promise<void>

interface Dependencies {
  readonly unitOfWork: UnitOfWork
  readonly accessTokens: AccessTokens
}

export const createRevokeToken =
  ({ unitOfWork, accessTokens }: Dependencies): RevokeToken =>
  async (token) => {
    const digest = await accessTokens.digest(token)
    await inOne(unitOfWork, (tx) => tx.accounts.removeToken(digest))
  }
