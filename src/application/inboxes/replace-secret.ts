import { inOne } from '#application/in-one.ts'
import { createMakeSecret, type OpenSecretDependencies } from '#application/inboxes/open-secret.ts'
import type { Channels } from '#application/ports/channel.ts'
import { type SecretRef, secretContext } from '#application/ports/inbox-secrets.ts'
import type { InboxId } from '#domain/shared/ids.ts'
import { err, ok, type Result } from '#domain/shared/result.ts'

export type ReplaceSecretError = { readonly code: 'inbox.unknown' | 'inbox.not_a_bridge' }

/**
 * A new secret for an inbox, in the place of one that somebody else may know. From then on the old one signs nothing and proves nothing;
 * what it proved stays proven.
 */
export type ReplaceSecret = (secret: SecretRef) => Promise<Result<InboxId, ReplaceSecretError>>

export const createReplaceSecret = ({
  channels,
  unitOfWork,
  ...dependencies
}: OpenSecretDependencies & { readonly channels: Channels }): ReplaceSecret => {
  const makeSecret = createMakeSecret(dependencies)
  return async (secret) => {
    const inbox = await inOne(unitOfWork, (tx) => tx.inboxes.find(secret.accountId, secret.inboxId))
    if (!inbox) return err({ code: 'inbox.unknown' })
    if (!channels.get(inbox.channel)?.bridged) return err({ code: 'inbox.not_a_bridge' })
    const sealed = await makeSecret(secret.kind, secretContext(secret.kind, inbox))
    await inOne(unitOfWork, (tx) => tx.inboxSecrets.replace(secret, sealed))
    return ok(secret.inboxId)
  }
}
