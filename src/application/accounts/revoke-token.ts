import type { AccessTokens } from '#application/ports/access-tokens.ts'
import type { UnitOfWork } from '#application/ports/unit-of-work.ts'
import { ok } from '#domain/shared/result.ts'

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
    await unitOfWork.run(async (tx) => ok(await tx.accounts.removeToken(digest)))
  }
