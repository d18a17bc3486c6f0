import type { InboxRef } from '#application/ports/credentials.ts'
import { createOpenWebhook, type OpenWebhookDependencies } from '#application/webhooks/open-webhook.ts'
import type { InboxId } from '#domain/shared/ids.ts'

/** The secrets that sign what these inboxes' own software is told, by inbox, without those that no key opens: for administrators only. */
export type RevealWebhookSecrets = (inboxes: readonly InboxRef[]) => Promise<ReadonlyMap<InboxId, string>>

export const createRevealWebhookSecrets = (dependencies: OpenWebhookDependencies): RevealWebhookSecrets => {
  const openWebhook = createOpenWebhook(dependencies)
  return async (inboxes) => {
    const secrets = new Map<InboxId, string>()
    for (const inbox of inboxes) {
      const webhook = await openWebhook(inbox)
      if (webhook && webhook.secret !== null) secrets.set(inbox.inboxId, webhook.secret)
    }
    return secrets
  }
}
