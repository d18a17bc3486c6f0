import { inOne } from '#application/in-one.ts'
import type { AccessTokens } from '#application/ports/access-tokens.ts'
import { hmacTokenContext, type InboxRef } from '#application/ports/credentials.ts'
import type { UnitOfWork } from '#application/ports/unit-of-work.ts'
import type { Vault } from '#application/ports/vault.ts'
import type { AccountId, InboxId } from '#domain/shared/ids.ts'

/**
 * The secrets by which software of the account's own proves who people are in these inboxes, for administrators; made where there is none yet.
 * One that no key opens any more is left out.
 */
export type RevealHmacTokens = (inboxes: readonly InboxRef[]) => Promise<ReadonlyMap<InboxId, string>>

interface Dependencies {
  readonly accessTokens: AccessTokens
  readonly unitOfWork: UnitOfWork
  readonly vault: Vault
}

export const createRevealHmacTokens = ({ accessTokens, unitOfWork, vault }: Dependencies): RevealHmacTokens => {
  const findSealed = async (accountId: AccountId, inboxId: InboxId): Promise<string | undefined> => {
    const known = await inOne(unitOfWork, (tx) => tx.inboxes.hmacToken(accountId, inboxId))
    if (known !== undefined) return known
    const sealed = await vault.seal(accessTokens.create(), hmacTokenContext(inboxId))
    // Whoever asks at the same time gets the same one.
    return inOne(unitOfWork, (tx) => tx.inboxes.keepHmacToken(accountId, inboxId, sealed))
  }

  return async (inboxes) => {
    const revealed = new Map<InboxId, string>()
    for (const { accountId, inboxId } of inboxes) {
      const sealed = await findSealed(accountId, inboxId)
      const token = sealed === undefined ? undefined : await vault.open(sealed, hmacTokenContext(inboxId)).catch(() => undefined)
      if (token !== undefined) revealed.set(inboxId, token)
    }
    return revealed
  }
}
