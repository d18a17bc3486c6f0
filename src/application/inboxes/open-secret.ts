import { inOne } from '#application/in-one.ts'
import type { AccessTokens } from '#application/ports/access-tokens.ts'
import type { InboxSecret, SecretKind } from '#application/ports/inbox-secrets.ts'
import type { UnitOfWork } from '#application/ports/unit-of-work.ts'
import type { Vault } from '#application/ports/vault.ts'
import type { WebhookSigner } from '#application/ports/webhook-signer.ts'

interface MakeSecretDependencies {
  readonly accessTokens: AccessTokens
  readonly webhookSigner: WebhookSigner
  readonly vault: Vault
}

export interface OpenSecretDependencies extends MakeSecretDependencies {
  readonly unitOfWork: UnitOfWork
}

/** A new secret of a kind, sealed. */
export const createMakeSecret =
  ({ accessTokens, webhookSigner, vault }: MakeSecretDependencies) =>
  (kind: SecretKind, context: string): Promise<string> =>
    vault.seal(kind === 'webhook' ? webhookSigner.createSecret() : accessTokens.create(), context)

/** A secret as it is used. Where there is none yet one is made. Undefined where no key of ours opens it any more, or its inbox is gone. */
export type OpenSecret = (secret: InboxSecret) => Promise<string | undefined>

export const createOpenSecret = ({ unitOfWork, ...dependencies }: OpenSecretDependencies): OpenSecret => {
  const makeSecret = createMakeSecret(dependencies)
  const firstOf = async (secret: InboxSecret): Promise<string | undefined> => {
    const made = await makeSecret(secret.kind, secret.context)
    // Whoever asks at the same time gets the same one.
    return inOne(unitOfWork, (tx) => tx.inboxSecrets.keep(secret, made))
  }
  return async (secret) => {
    const sealed = secret.sealed ?? (await firstOf(secret))
    return sealed === undefined ? undefined : dependencies.vault.open(sealed, secret.context).catch(() => undefined)
  }
}
