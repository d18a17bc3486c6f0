import { removeFiles } from '#application/media/media-job.ts'
import type { UnitOfWork } from '#application/ports/unit-of-work.ts'
import { mergedContact } from '#domain/contact/merged-contact.ts'
import type { AccountId, ContactId } from '#domain/shared/ids.ts'
import { err, ok, type Result } from '#domain/shared/result.ts'

export interface MergeContactsCommand {
  readonly accountId: AccountId
  /** Stays, with all that both had. */
  readonly baseId: ContactId
  /** Is gone afterwards. */
  readonly mergeeId: ContactId
}

export type MergeContactsError = { readonly code: 'contact.unknown' }

/**
 * Makes one contact of two: conversations, messages and the ways by which each is known in an inbox move to the base. Answers in a
 * conversation go to whom they went before, since that is the conversation's own. A contact merged with itself stays as it is.
 */
export type MergeContacts = (command: MergeContactsCommand) => Promise<Result<null, MergeContactsError>>

interface Dependencies {
  readonly unitOfWork: UnitOfWork
}

export const createMergeContacts =
  ({ unitOfWork }: Dependencies): MergeContacts =>
  ({ accountId, baseId, mergeeId }) =>
    unitOfWork.run(async (tx): ReturnType<MergeContacts> => {
      const pair = await tx.contacts.lockWhole(accountId, [baseId, mergeeId])
      const base = pair.find(({ id }) => id === baseId)
      const mergee = pair.find(({ id }) => id === mergeeId)
      if (!base || !mergee) return err({ code: 'contact.unknown' })
      if (baseId === mergeeId) return ok(null)
      await removeFiles(tx, await tx.contacts.absorb({ accountId, baseId, mergeeId, contact: mergedContact(base, mergee) }))
      return ok(null)
    })
