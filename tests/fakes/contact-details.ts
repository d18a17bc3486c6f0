import type { Contacts, ContactTaken } from '#application/ports/contacts.ts'
import type { MergeableContact } from '#domain/contact/merged-contact.ts'
import { err, ok } from '#domain/shared/result.ts'
import { stored } from './messages.ts'
import { change, type FakeState } from './state.ts'

type Names = Pick<MergeableContact, 'email' | 'phoneNumber' | 'identifier'>

/** What of these names another contact of the account has. */
export const takenBy = (
  state: FakeState,
  accountId: number,
  { email, phoneNumber, identifier }: Names,
  except?: number,
): ContactTaken['code'] | undefined => {
  const others = [...state.contacts.values()].filter((contact) => contact.accountId === accountId && contact.id !== except)
  if (email !== null && others.some((other) => other.email?.toLowerCase() === email.toLowerCase())) return 'contact.email_taken'
  if (phoneNumber !== null && others.some((other) => other.phoneNumber === phoneNumber)) return 'contact.phone_number_taken'
  return identifier !== null && others.some((other) => other.identifier === identifier) ? 'contact.identifier_taken' : undefined
}

export const fakeContactDetails = (state: FakeState): Pick<Contacts, 'byIdentifier' | 'details' | 'saveDetails'> => ({
  async byIdentifier(accountId, identifier) {
    return [...state.contacts.values()].find((contact) => contact.accountId === accountId && contact.identifier === identifier)?.id
  },

  async details(accountId, id) {
    const row = state.contacts.get(id)
    if (row?.accountId !== accountId) return undefined
    const { id: _, accountId: __, createdAt: ___, ...contact } = row
    return contact
  },

  async saveDetails(accountId, id, contact) {
    if (state.contacts.get(id)?.accountId !== accountId) return ok(null)
    const code = takenBy(state, accountId, contact, id)
    if (code !== undefined) return err({ code })
    const { additionalAttributes, customAttributes, ...rest } = stored(contact)
    change(state.contacts, id, {
      ...rest,
      additionalAttributes: JSON.parse(JSON.stringify(additionalAttributes)),
      customAttributes: JSON.parse(JSON.stringify(customAttributes)),
    })
    return ok(null)
  },
})
