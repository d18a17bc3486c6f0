import { wantAvatars } from '#application/media/want-avatars.ts'
import type { ContactTaken } from '#application/ports/contacts.ts'
import type { JsonObject } from '#application/ports/queries.ts'
import type { Tx } from '#application/ports/unit-of-work.ts'
import { type Naming, puttingAside, taking } from '#domain/contact/claims.ts'
import { isEmail, isPhoneNumber } from '#domain/contact/contact.ts'
import type { MergeableContact } from '#domain/contact/merged-contact.ts'
import type { AccountId, ContactId } from '#domain/shared/ids.ts'
import type { Instant } from '#domain/shared/instant.ts'
import { err, ok, type Result } from '#domain/shared/result.ts'

/** What somebody says of themselves; undefined: nothing about it. */
export interface SelfDescription {
  readonly name: string | undefined
  readonly email: string | undefined
  readonly phoneNumber: string | undefined
  readonly avatarUrl: string | undefined
  readonly customAttributes: JsonObject | undefined
}

export type DescriptionError = {
  readonly code: 'contact.email_invalid' | 'contact.phone_number_invalid' | 'contact.attributes_too_large'
}

/** Characters of all custom attributes of a contact as JSON: somebody without a token may add to them again and again. */
const mostAttributes = 16_384

const tidy = (text: string | undefined): string | undefined => text?.trim() || undefined

export const checkDescription = (described: SelfDescription): Result<SelfDescription, DescriptionError> => {
  const email = tidy(described.email)?.toLowerCase()
  const phoneNumber = tidy(described.phoneNumber)
  if (email !== undefined && !isEmail(email)) return err({ code: 'contact.email_invalid' })
  if (phoneNumber !== undefined && !isPhoneNumber(phoneNumber)) return err({ code: 'contact.phone_number_invalid' })
  return ok({ ...described, name: tidy(described.name), email, phoneNumber })
}

const inWords = { 'contact.email_taken': 'email', 'contact.phone_number_taken': 'phoneNumber' } as const

/** The contact as somebody describes themselves; what another contact has of that is put aside. */
export const described = (
  before: MergeableContact,
  { name, email, phoneNumber, avatarUrl, customAttributes }: SelfDescription,
  taken: ReadonlySet<Naming> = new Set(),
): Result<MergeableContact, DescriptionError> => {
  const attributes = { ...before.customAttributes, ...customAttributes }
  if (customAttributes && JSON.stringify(attributes).length > mostAttributes) return err({ code: 'contact.attributes_too_large' })
  let contact: MergeableContact = {
    ...before,
    name: name ?? before.name,
    avatarUrl: avatarUrl ?? before.avatarUrl,
    customAttributes: attributes,
  }
  for (const [what, value] of [['email', email] as const, ['phoneNumber', phoneNumber] as const]) {
    if (value !== undefined) contact = taken.has(what) ? puttingAside(contact, what, value) : taking(contact, what, value)
  }
  return ok(contact)
}

export type IdentifierTaken = { readonly code: 'contact.identifier_taken' }

/** Writes the contact with `write`, once more without each name that turns out to be another contact's. */
export const writeDescribed = async <T>(
  before: MergeableContact,
  description: SelfDescription,
  write: (contact: MergeableContact) => Promise<Result<T, ContactTaken>>,
): Promise<Result<T, IdentifierTaken | DescriptionError>> => {
  const taken = new Set<Naming>()
  for (;;) {
    const contact = described(before, description, taken)
    if (!contact.ok) return contact
    const written = await write(contact.value)
    if (written.ok) return written
    const { code } = written.error
    if (code === 'contact.identifier_taken') return err({ code })
    const what = inWords[code]
    if (taken.has(what)) throw new Error('A contact collides with what it does not have.')
    taken.add(what)
  }
}

/** The picture that somebody says is theirs is got by a job. */
export const wantPicture = async (
  tx: Tx,
  { accountId, contactId, avatarUrl, at }: { accountId: AccountId; contactId: ContactId; avatarUrl: string | undefined; at: Instant },
): Promise<void> => {
  if (avatarUrl !== undefined) await wantAvatars(tx, [{ accountId, contactId, url: avatarUrl, at }])
}
