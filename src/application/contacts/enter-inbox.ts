import { sourceIdFor } from '#application/contacts/source-id.ts'
import type { Channels } from '#application/ports/channel.ts'
import type { Clock } from '#application/ports/clock.ts'
import type { EntryRefused } from '#application/ports/contacts.ts'
import type { DrawKey } from '#application/ports/draw-key.ts'
import type { UnitOfWork } from '#application/ports/unit-of-work.ts'
import type { AccountId, ContactId, InboxId } from '#domain/shared/ids.ts'
import { err, ok, type Result } from '#domain/shared/result.ts'

export interface EnterInboxCommand {
  readonly accountId: AccountId
  readonly contactId: ContactId
  readonly inboxId: InboxId
  /** What the account's own software calls them there; drawn where absent, and then it opens the inbox to whoever is given it. */
  readonly sourceId: string | undefined
}

export type EnterInboxError = EntryRefused | { readonly code: 'inbox.unknown' | 'inbox.contacts_not_creatable' }

/** Makes a contact known in an inbox of the account's own software. In other inboxes people appear when they write. */
export type EnterInbox = (command: EnterInboxCommand) => Promise<Result<{ readonly sourceId: string }, EnterInboxError>>

interface Dependencies {
  readonly channels: Channels
  readonly unitOfWork: UnitOfWork
  readonly drawKey: DrawKey
  readonly clock: Clock
}

export const createEnterInbox =
  ({ channels, unitOfWork, drawKey, clock }: Dependencies): EnterInbox =>
  ({ sourceId, ...where }) =>
    unitOfWork.run(async (tx): ReturnType<EnterInbox> => {
      const inbox = await tx.inboxes.find(where.accountId, where.inboxId)
      if (!inbox) return err({ code: 'inbox.unknown' })
      if (!channels.get(inbox.channel)?.bridged) return err({ code: 'inbox.contacts_not_creatable' })
      const entered = await tx.contacts.enter({ ...where, ...sourceIdFor(sourceId, drawKey), at: clock.now() })
      return entered.ok ? ok({ sourceId: entered.value.sourceId }) : entered
    })
