import type { ChannelAccess } from '#application/ports/channel.ts'
import { type ConnectedInbox, credentialContext } from '#application/ports/inboxes.ts'
import type { UnitOfWork } from '#application/ports/unit-of-work.ts'
import type { Vault } from '#application/ports/vault.ts'
import type { AccountId, InboxId } from '#domain/shared/ids.ts'
import { ok } from '#domain/shared/result.ts'

/** What is needed to call the provider for an inbox; undefined where it has no connection or no credential. Never calls anyone. */
export type OpenAccess = (
  accountId: AccountId,
  inboxId: InboxId,
) => Promise<(ChannelAccess & { readonly inbox: ConnectedInbox }) | undefined>

interface Dependencies {
  readonly unitOfWork: UnitOfWork
  readonly vault: Vault
}

export const createOpenAccess =
  ({ unitOfWork, vault }: Dependencies): OpenAccess =>
  async (accountId, inboxId) => {
    const found = await unitOfWork.run(async (tx) => {
      const inbox = await tx.inboxes.find(accountId, inboxId)
      return ok(inbox && { inbox, credential: await tx.inboxes.credential(inboxId) })
    })
    if (!found.ok || !found.value?.credential) return undefined
    const { inbox, credential } = found.value
    const token = await vault.open(credential.sealed, credentialContext(inbox.channel, inbox.channelKey))
    return { inbox, channelKey: inbox.channelKey, token }
  }
