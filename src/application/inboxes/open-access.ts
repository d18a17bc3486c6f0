import { inOne } from '#application/in-one.ts'
import type { ChannelAccess } from '#application/ports/channel.ts'
import type { Clock } from '#application/ports/clock.ts'
import { credentialContext, type InboxRef, type StoredToken } from '#application/ports/credentials.ts'
import type { ConnectedInbox } from '#application/ports/inboxes.ts'
import type { UnitOfWork } from '#application/ports/unit-of-work.ts'
import type { Vault } from '#application/ports/vault.ts'
import { together } from '#application/together.ts'
import { stateAt } from '#domain/inbox/connection.ts'
import type { AccountId, InboxId } from '#domain/shared/ids.ts'
import type { Instant } from '#domain/shared/instant.ts'

export interface OpenedAccess extends ChannelAccess {
  /** As it stands now: it asks for a person as soon as its token has ended. */
  readonly inbox: ConnectedInbox
  /** Which token of the inbox it is. */
  readonly issuedAt: Instant
}

/** What is needed to call the provider for an inbox; undefined where it has no connection or no credential. Never calls anyone. */
export type OpenAccess = (accountId: AccountId, inboxId: InboxId) => Promise<OpenedAccess | undefined>

interface Dependencies {
  readonly unitOfWork: UnitOfWork
  readonly vault: Vault
  readonly clock: Clock
}

interface Sealed {
  readonly inbox: ConnectedInbox
  readonly credential: StoredToken
}

const keyOf = ({ accountId, inboxId }: InboxRef): string => `${accountId} ${inboxId}`

export const createOpenAccess = ({ unitOfWork, vault, clock }: Dependencies): OpenAccess => {
  const findAll = async (refs: readonly InboxRef[]): Promise<(Sealed | undefined)[]> => {
    const inboxRefs = [...new Map(refs.map((ref) => [keyOf(ref), ref])).values()]
    const found = await inOne(unitOfWork, async (tx) => {
      const inboxes = await tx.inboxes.findAll(inboxRefs)
      return { inboxes, credentials: inboxes.length === 0 ? [] : await tx.credentials.findAll(inboxes) }
    })
    const credentials = new Map(found.credentials.map((credential) => [credential.inboxId, credential]))
    const sealed = new Map<string, Sealed>()
    for (const inbox of found.inboxes) {
      const credential = credentials.get(inbox.inboxId)
      if (credential) sealed.set(keyOf(inbox), { inbox, credential })
    }
    return refs.map((ref) => sealed.get(keyOf(ref)))
  }

  const find = together(findAll)

  /** Each on its own, so that a token that does not open is in nobody else's way. */
  return async (accountId, inboxId) => {
    const found = await find({ accountId, inboxId })
    if (!found) return undefined
    const { inbox, credential } = found
    const token = await vault.open(credential.sealed, credentialContext(inbox.channel, inbox.channelKey))
    const state = stateAt(inbox.state, credential.expiresAt, clock.now())
    return { inbox: { ...inbox, state }, channelKey: inbox.channelKey, token, issuedAt: credential.issuedAt }
  }
}
