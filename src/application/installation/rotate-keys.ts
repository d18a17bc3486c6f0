import { inOne } from '#application/in-one.ts'
import type { SecretKind } from '#application/ports/inbox-secrets.ts'
import type { SealedOfInbox, SealedValue, SealedValues } from '#application/ports/sealed-values.ts'
import type { UnitOfWork } from '#application/ports/unit-of-work.ts'
import type { Vault } from '#application/ports/vault.ts'
import type { InboxId } from '#domain/shared/ids.ts'

export interface Rotated {
  /** The id of the key under which everything stands now that could be read. */
  readonly key: string
  /** How many tokens of inboxes, secrets of inboxes and their own software, and settings another key had sealed. */
  readonly credentials: number
  readonly secrets: number
  readonly settings: number
  /** What no key of the ring opens: left as it is. */
  readonly unreadable: number
}

/**
 * Seals everything again that another key than the first one has sealed, value by value, while others read and write: what they
 * write in the meantime stays as they wrote it. Once it is done, the other keys are needed no more.
 */
export type RotateKeys = () => Promise<Rotated>

/** What inboxes have, of one look. */
const page = 100

interface Dependencies {
  readonly unitOfWork: UnitOfWork
  readonly vault: Vault
}

interface Tally {
  changed: number
  unreadable: number
}

export const createRotateKeys = ({ unitOfWork, vault }: Dependencies): RotateKeys => {
  /** One value. Where somebody else wrote it just now, the value that they wrote. */
  const reseal = async (value: SealedValue, tally: Tally): Promise<boolean> => {
    const fresh = await vault.reseal(value.sealed, value.context)
    if (fresh.is === 'unreadable') tally.unreadable++
    if (fresh.is !== 'resealed') return true
    const isWritten = await inOne(unitOfWork, (tx) => tx.sealedValues.replace(value, fresh.sealed))
    if (!isWritten) return false
    tally.changed++
    return true
  }

  /** Goes through pages until one is empty; answers whether every value was dealt with. */
  const pass = async (next: () => Promise<readonly SealedValue[]>, tally: Tally): Promise<boolean> => {
    let isWhole = true
    tally.unreadable = 0
    for (let values = await next(); values.length > 0; values = await next()) {
      for (const value of values) isWhole = (await reseal(value, tally)) && isWhole
    }
    return isWhole
  }

  type OfInboxes = readonly SealedOfInbox<'credential' | SecretKind>[]

  const inboxPages = (look: (values: SealedValues, after: InboxId) => Promise<OfInboxes>) => () => {
    let last: InboxId = 0
    return async (): Promise<readonly SealedValue[]> => {
      const found = await inOne(unitOfWork, (tx) => look(tx.sealedValues, last))
      last = found.at(-1)?.of.inboxId ?? last
      return found
    }
  }

  const settingPages = () => {
    let isRead = false
    return async (): Promise<readonly SealedValue[]> => {
      if (isRead) return []
      isRead = true
      return inOne(unitOfWork, (tx) => tx.sealedValues.settings())
    }
  }

  const resealAll = async (pages: () => () => Promise<readonly SealedValue[]>): Promise<Tally> => {
    const tally: Tally = { changed: 0, unreadable: 0 }
    while (!(await pass(pages(), tally)));
    return tally
  }

  return async () => {
    const settings = await resealAll(settingPages)
    const credentials = await resealAll(inboxPages((values, after) => values.credentials(after, page)))
    const secrets = await resealAll(inboxPages((values, after) => values.secrets(after, page)))
    return {
      key: vault.sealingKey,
      credentials: credentials.changed,
      secrets: secrets.changed,
      settings: settings.changed,
      unreadable: settings.unreadable + credentials.unreadable + secrets.unreadable,
    }
  }
}
