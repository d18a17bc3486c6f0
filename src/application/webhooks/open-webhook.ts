import { inOne } from '#application/in-one.ts'
import type { InboxRef } from '#application/ports/credentials.ts'
import type { UnitOfWork } from '#application/ports/unit-of-work.ts'
import type { Vault } from '#application/ports/vault.ts'
import type { WebhookSigner } from '#application/ports/webhook-signer.ts'
import type { WebhookTarget } from '#application/ports/webhooks.ts'

/** Where an inbox's own software listens, and the secret that signs what it is told; null where no key of ours opens it any more. */
export type OpenWebhook = Pick<WebhookTarget, 'url' | 'goneAt'> & { readonly secret: string | null }

export interface OpenWebhookDependencies {
  readonly unitOfWork: UnitOfWork
  readonly vault: Vault
  readonly webhookSigner: WebhookSigner
}

/** Reads them as they are now; where there is no secret yet one is made. Undefined where the inbox is not there. */
export const createOpenWebhook =
  ({ unitOfWork, vault, webhookSigner }: OpenWebhookDependencies) =>
  async (inbox: InboxRef): Promise<OpenWebhook | undefined> => {
    const read = (): Promise<WebhookTarget | undefined> => inOne(unitOfWork, (tx) => tx.webhooks.target(inbox))
    const found = await read()
    if (!found) return undefined
    if (found.sealed === null) {
      const sealed = await vault.seal(webhookSigner.createSecret(), found.context)
      await inOne(unitOfWork, (tx) => tx.webhooks.keepSecret(inbox, sealed, null))
    }
    const target = found.sealed === null ? await read() : found
    if (!target || target.sealed === null) return undefined
    const secret = await vault.open(target.sealed, target.context).catch(() => null)
    return { url: target.url, goneAt: target.goneAt, secret }
  }
