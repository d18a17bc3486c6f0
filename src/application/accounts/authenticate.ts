import type { AccessTokens } from '#application/ports/access-tokens.ts'
import type { Actor } from '#application/ports/accounts.ts'
import type { Queries } from '#application/ports/queries.ts'

/** Who holds this API token; undefined where nobody does. */
export type Authenticate = (token: string) => Promise<Actor | undefined>

interface Dependencies {
  readonly accessTokens: AccessTokens
  readonly queries: Queries
}

export const createAuthenticate =
  ({ accessTokens, queries }: Dependencies): Authenticate =>
  async (token) =>
    queries.actorByToken(await accessTokens.digest(token))
