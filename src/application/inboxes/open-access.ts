import type { ChannelAccess } from '#application/ports/channel.ts'
import { credentialContext } from '#application/ports/credentials.ts'
import type { ConnectedInbox } from '#application/ports/inboxes.ts'
import type { UnitOfWork } from '#application/ports/unit-of-work.ts'
import type { Vault } from '#application/ports/vault.ts'
import type { AccountId, InboxId } from '#domain/shared/ids.ts'
import type { Instant } from '#domain/shared/instant.ts'
import { ok } from '#domain/shared/result.ts'

export interface OpenedAccess extends ChannelAccess {
  readonly inbox: ConnectedInbox
  /** Which token of the inbox it is. */
  readonly issuedAt: Instant
}

/** What is needed to call the provider for an inbox; undefined where it has no connection or no credential. Never calls anyone. */
export type OpenAccess = (accountId: AccountId, inboxId: InboxId) => Promise<OpenedAccess | undefined>

interface Dependencies {
  readonly unitOfWork: UnitOfWork
  readonly vault: Vault
}

export const createOpenAccess =
  ({ unitOfWork, vault }: Dependencies): OpenAccess =>
  async (accountId, inboxId) => {
    const found = await unitOfWork.run(async (tx) => {
      const inbox = await tx.inboxes.find(accountId, inboxId)
      return ok(inbox && { inbox, credential: await tx.credentials.find({ accountId, inboxId }) })
    })
    if (!found.ok || !found.value?.credential) return undefined
    const { inbox, credential } = found.value
    const token = await vault.open(credential.sealed, credentialContext(inbox.channel, inbox.channelKey))
    return { inbox, channelKey: inbox.channelKey, token, issuedAt: credential.issuedAt }
  }
