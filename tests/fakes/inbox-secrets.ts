import type { InboxRef } from '#application/ports/credentials.ts'
import { type InboxSecret, type InboxSecrets, type SecretRef, secretContext } from '#application/ports/inbox-secrets.ts'
import type { FakeState } from './state.ts'

const keyOf = ({ inboxId, kind }: SecretRef): string => `${inboxId} ${kind}`

/** What stands there whatever the account is; undefined where there is none. */
export const sealedAs = (state: FakeState, secret: SecretRef): string | undefined => state.inboxSecrets.get(keyOf(secret))?.sealed

export const saveSecret = (state: FakeState, { accountId, inboxId, kind }: SecretRef, sealed: string): void =>
  void state.inboxSecrets.set(keyOf({ accountId, inboxId, kind }), { accountId, inboxId, kind, sealed })

const isOwn = (state: FakeState, { accountId, inboxId }: InboxRef): boolean => state.inboxes.get(inboxId)?.accountId === accountId

/** Undefined where the account has no such inbox. */
export const secretOf = (state: FakeState, { accountId, inboxId, kind }: SecretRef): InboxSecret | undefined => {
  const connection = state.connections.get(inboxId)
  if (!connection || !isOwn(state, { accountId, inboxId })) return undefined
  const ref = { accountId, inboxId, kind }
  return { ...ref, sealed: sealedAs(state, ref) ?? null, context: secretContext(kind, { inboxId, ...connection }) }
}

export const fakeInboxSecrets = (state: FakeState): InboxSecrets => ({
  async find(inboxes, kinds) {
    const unique = new Map(inboxes.map((inbox) => [`${inbox.accountId} ${inbox.inboxId}`, inbox]))
    return [...unique.values()].flatMap((inbox) => kinds.flatMap((kind) => secretOf(state, { ...inbox, kind }) ?? []))
  },

  async keep(secret, sealed) {
    if (!isOwn(state, secret)) return undefined
    const standing = sealedAs(state, secret) ?? sealed
    saveSecret(state, secret, standing)
    return standing
  },

  async replace(secret, sealed) {
    if (isOwn(state, secret)) saveSecret(state, secret, sealed)
  },
})
