import { inOne } from '#application/in-one.ts'
import type { Channels } from '#application/ports/channel.ts'
import type { InboxRef } from '#application/ports/credentials.ts'
import type { OpenWebhookDependencies } from '#application/webhooks/open-webhook.ts'
import type { InboxId } from '#domain/shared/ids.ts'
import { err, ok, type Result } from '#domain/shared/result.ts'

export type ReplaceWebhookSecretError = { readonly code: 'inbox.unknown' | 'inbox.not_a_bridge' }

/** Puts a new secret in the place of the one that signs what an inbox's own software is told. The old one is worth nothing from then on. */
export type ReplaceWebhookSecret = (inbox: InboxRef) => Promise<Result<InboxId, ReplaceWebhookSecretError>>

export const createReplaceWebhookSecret =
  ({ channels, unitOfWork, vault, webhookSigner }: OpenWebhookDependencies & { readonly channels: Channels }): ReplaceWebhookSecret =>
  async ({ accountId, inboxId }) => {
    const inbox = { accountId, inboxId }
    for (;;) {
      const [known, target] = await inOne(
        unitOfWork,
        async (tx) => [await tx.inboxes.find(accountId, inboxId), await tx.webhooks.target(inbox)] as const,
      )
      if (!known || !target) return err({ code: 'inbox.unknown' })
      if (!channels.get(known.channel)?.bridged) return err({ code: 'inbox.not_a_bridge' })
      const sealed = await vault.seal(webhookSigner.createSecret(), target.context)
      if (await inOne(unitOfWork, (tx) => tx.webhooks.keepSecret(inbox, sealed, target.sealed))) return ok(inboxId)
    }
  }
