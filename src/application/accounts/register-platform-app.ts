import { inOne } from '#application/in-one.ts'
import type { AccessTokens } from '#application/ports/access-tokens.ts'
import type { Clock } from '#application/ports/clock.ts'
import type { UnitOfWork } from '#application/ports/unit-of-work.ts'

/** Makes `token` the only token of the platform app `name`; without a token the app has none. */
export type RegisterPlatformApp = (command: { readonly name: string; readonly token: string | undefined }) => Promise<void>

interface Dependencies {
  readonly unitOfWork: UnitOfWork
  readonly accessTokens: AccessTokens
  readonly clock: Clock
}

export const createRegisterPlatformApp =
  ({ unitOfWork, accessTokens, clock }: Dependencies): RegisterPlatformApp =>
  async ({ name, token }) => {
    const digest = token === undefined ? undefined : await accessTokens.digest(token)
    await inOne(unitOfWork, async (tx) => {
      const platformAppId = await tx.accounts.ensurePlatformApp({ name, at: clock.now() })
      await tx.accounts.removeTokens({ platformAppId })
      if (digest) await tx.accounts.addToken({ platformAppId }, digest, clock.now())
    })
  }
