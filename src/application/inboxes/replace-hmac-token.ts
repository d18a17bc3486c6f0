import type { AccessTokens } from '#application/ports/access-tokens.ts'
import type { Channels } from '#application/ports/channel.ts'
import { hmacTokenContext } from '#application/ports/credentials.ts'
import type { UnitOfWork } from '#application/ports/unit-of-work.ts'
import type { Vault } from '#application/ports/vault.ts'
import type { AccountId, InboxId } from '#domain/shared/ids.ts'
import { err, ok, type Result } from '#domain/shared/result.ts'

export type ReplaceHmacTokenError = { readonly code: 'inbox.unknown' | 'inbox.not_a_bridge' }

/** A new secret for an inbox, in place of one that somebody else may know. What the old one proved stays proven; from now on it proves nothing. */
export type ReplaceHmacToken = (command: {
  readonly accountId: AccountId
  readonly inboxId: InboxId
}) => Promise<Result<InboxId, ReplaceHmacTokenError>>

interface Dependencies {
  readonly accessTokens: AccessTokens
  readonly channels: Channels
  readonly unitOfWork: UnitOfWork
  readonly vault: Vault
}

export const createReplaceHmacToken =
  ({ accessTokens, channels, unitOfWork, vault }: Dependencies): ReplaceHmacToken =>
  async ({ accountId, inboxId }) => {
    const sealed = await vault.seal(accessTokens.create(), hmacTokenContext(inboxId))
    return unitOfWork.run(async (tx): ReturnType<ReplaceHmacToken> => {
      const inbox = await tx.inboxes.find(accountId, inboxId)
      if (!inbox) return err({ code: 'inbox.unknown' })
      if (!channels.get(inbox.channel)?.bridged) return err({ code: 'inbox.not_a_bridge' })
      await tx.inboxes.replaceHmacToken(accountId, inboxId, sealed)
      return ok(inboxId)
    })
  }
