import { sourceIdFor } from '#application/contacts/source-id.ts'
import { wantAvatars } from '#application/media/want-avatars.ts'
import type { Channels } from '#application/ports/channel.ts'
import type { Clock } from '#application/ports/clock.ts'
import type { ContactTaken, EntryRefused, NewContact } from '#application/ports/contacts.ts'
import type { DrawKey } from '#application/ports/draw-key.ts'
import type { Gravatar } from '#application/ports/gravatar.ts'
import type { Tx, UnitOfWork } from '#application/ports/unit-of-work.ts'
import { isEmail, isPhoneNumber } from '#domain/contact/contact.ts'
import type { ContactId, InboxId } from '#domain/shared/ids.ts'
import { err, ok, type Result } from '#domain/shared/result.ts'

export interface CreateContactCommand extends Omit<NewContact, 'at'> {
  /** The inbox in which they are to be known; none for now where absent. */
  readonly inboxId: InboxId | undefined
  /** What the account's own software calls them there; drawn where absent. */
  readonly sourceId: string | undefined
}

export type CreateContactError =
  | ContactTaken
  | EntryRefused
  | { readonly code: 'contact.email_invalid' | 'contact.phone_number_invalid' | 'inbox.unknown' | 'inbox.contacts_not_creatable' }

/** Makes someone known, in an inbox of the account's own software. In other inboxes people appear when they write. */
export type CreateContact = (
  command: CreateContactCommand,
) => Promise<Result<{ readonly contactId: ContactId; readonly sourceId: string | null }, CreateContactError>>

interface Dependencies {
  readonly channels: Channels
  readonly unitOfWork: UnitOfWork
  readonly drawKey: DrawKey
  readonly gravatar: Gravatar
  readonly clock: Clock
}

/** Without white space around it; empty text stands for nothing. */
const tidy = (text: string | null): string | null => text?.trim() || null

const checkContact = (contact: Omit<NewContact, 'at'>): Result<Omit<NewContact, 'at'>, CreateContactError> => {
  const email = tidy(contact.email)?.toLowerCase() ?? null
  const phoneNumber = tidy(contact.phoneNumber)
  const identifier = tidy(contact.identifier)
  if (email !== null && !isEmail(email)) return err({ code: 'contact.email_invalid' })
  if (phoneNumber !== null && !isPhoneNumber(phoneNumber)) return err({ code: 'contact.phone_number_invalid' })
  const name = tidy(contact.name) ?? email ?? phoneNumber ?? identifier ?? ''
  return ok({ ...contact, name, email, phoneNumber, identifier })
}

export const createCreateContact = ({ channels, unitOfWork, drawKey, gravatar, clock }: Dependencies): CreateContact => {
  const checkInbox = async (tx: Tx, { accountId, inboxId }: CreateContactCommand): Promise<Result<null, CreateContactError>> => {
    if (inboxId === undefined) return ok(null)
    const inbox = await tx.inboxes.find(accountId, inboxId)
    if (!inbox) return err({ code: 'inbox.unknown' })
    return channels.get(inbox.channel)?.bridged ? ok(null) : err({ code: 'inbox.contacts_not_creatable' })
  }

  return async ({ inboxId, sourceId, ...given }) => {
    const contact = checkContact(given)
    if (!contact.ok) return contact
    const { accountId, email, avatarUrl } = contact.value
    const url = avatarUrl ?? (email === null ? undefined : await gravatar(email))
    const at = clock.now()
    return unitOfWork.run(async (tx): ReturnType<CreateContact> => {
      const inbox = await checkInbox(tx, { ...contact.value, inboxId, sourceId })
      if (!inbox.ok) return inbox
      const made = await tx.contacts.insert({ ...contact.value, at })
      if (!made.ok) return made
      const contactId = made.value
      if (url !== undefined) await wantAvatars(tx, [{ accountId, contactId, url, at }])
      if (inboxId === undefined) return ok({ contactId, sourceId: null })
      const entered = await tx.contacts.enter({ accountId, contactId, inboxId, ...sourceIdFor(sourceId, drawKey), at })
      return entered.ok ? ok({ contactId, sourceId: entered.value.sourceId }) : entered
    })
  }
}
