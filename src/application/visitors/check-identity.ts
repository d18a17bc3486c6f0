import { inOne } from '#application/in-one.ts'
import type { Mac } from '#application/ports/mac.ts'
import type { UnitOfWork } from '#application/ports/unit-of-work.ts'
import type { Vault } from '#application/ports/vault.ts'
import type { ClientInboxView } from '#application/ports/visitors.ts'
import { err, ok, type Result } from '#domain/shared/result.ts'

/** Who somebody says they are, and what should prove it: the hexadecimal HMAC-SHA256 of `identifier` under the secret of the inbox. */
export interface Identity {
  readonly identifier: string | undefined
  readonly identifierHash: string | undefined
}

export type IdentityError = { readonly code: 'identity.required' | 'identity.wrong' }

/** The identifier where it is proven; undefined where nothing was to be proven. */
export type CheckIdentity = (
  inbox: Pick<ClientInboxView, 'accountId' | 'inboxId' | 'hmacMandatory'>,
  identity: Identity,
) => Promise<Result<string | undefined, IdentityError>>

export interface CheckIdentityDependencies {
  readonly unitOfWork: UnitOfWork
  readonly vault: Vault
  readonly mac: Mac
}

/** Undefined where it is none of SHA-256. */
const bytesOf = (hash: string): Uint8Array | undefined =>
  /^[0-9a-f]{64}$/i.test(hash) ? Uint8Array.from(hash.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16)) : undefined

export const createCheckIdentity =
  ({ unitOfWork, vault, mac }: CheckIdentityDependencies): CheckIdentity =>
  async ({ accountId, inboxId, hmacMandatory }, { identifier = '', identifierHash = '' }) => {
    if (identifierHash === '') return hmacMandatory ? err({ code: 'identity.required' }) : ok(undefined)
    const signature = bytesOf(identifierHash)
    const [found] = await inOne(unitOfWork, (tx) => tx.inboxSecrets.find([{ accountId, inboxId }], ['hmac']))
    // Without a secret, or without the key that opens it, nobody proves anything.
    const secret = found?.sealed ? await vault.open(found.sealed, found.context).catch(() => undefined) : undefined
    if (identifier === '' || !signature || secret === undefined) return err({ code: 'identity.wrong' })
    const isProven = await mac.verifySha256(secret, new TextEncoder().encode(identifier), signature)
    return isProven ? ok(identifier) : err({ code: 'identity.wrong' })
  }
