import { inOne } from '#application/in-one.ts'
import { createOpenSecret, type OpenSecretDependencies } from '#application/inboxes/open-secret.ts'
import type { InboxRef } from '#application/ports/credentials.ts'
import { type SecretKind, secretKinds } from '#application/ports/inbox-secrets.ts'
import type { InboxId } from '#domain/shared/ids.ts'

export type RevealedSecrets = Readonly<Partial<Record<SecretKind, string>>>

/** The secrets of these inboxes, made where there are none yet and without those that no key opens any more: for administrators only. */
export type RevealSecrets = (inboxes: readonly InboxRef[]) => Promise<ReadonlyMap<InboxId, RevealedSecrets>>

export const createRevealSecrets = (dependencies: OpenSecretDependencies): RevealSecrets => {
  const openSecret = createOpenSecret(dependencies)
  return async (inboxes) => {
    const revealed = new Map<InboxId, RevealedSecrets>()
    for (const secret of await inOne(dependencies.unitOfWork, (tx) => tx.inboxSecrets.find(inboxes, secretKinds))) {
      const opened = await openSecret(secret)
      if (opened !== undefined) revealed.set(secret.inboxId, { ...revealed.get(secret.inboxId), [secret.kind]: opened })
    }
    return revealed
  }
}
