import { type Attributes, isMap, type MergeableContact } from '#domain/contact/merged-contact.ts'

/** What names one contact of an account: of two who say it of themselves only one can have it. */
export type Naming = 'email' | 'phoneNumber' | 'identifier'

const words: Readonly<Record<Naming, string>> = { email: 'email', phoneNumber: 'phone_number', identifier: 'identifier' }

/** What somebody said of themselves and nobody proved, where it could not be taken as it is: by the words of the API. */
export const setAside = ({ additionalAttributes: { unverified } }: Pick<MergeableContact, 'additionalAttributes'>): Attributes =>
  isMap(unverified) ? unverified : {}

const withAside = (contact: MergeableContact, aside: Attributes): MergeableContact => {
  const { unverified: _, ...others } = contact.additionalAttributes
  return { ...contact, additionalAttributes: Object.keys(aside).length === 0 ? others : { ...others, unverified: aside } }
}

/** They say this of themselves, and it is taken as it is. */
export const taking = (contact: MergeableContact, what: Naming, value: string): MergeableContact => {
  const { [words[what]]: _, ...aside } = setAside(contact)
  return withAside({ ...contact, [what]: value }, aside)
}

/** They say this of themselves; it is kept aside, and the contact keeps what it had. */
export const puttingAside = (contact: MergeableContact, what: Naming, value: string): MergeableContact =>
  withAside(contact, { ...setAside(contact), [words[what]]: value })

/** What they said last of themselves, whether or not it could be taken: so nobody learns by asking whether somebody else has it. */
export const saidOf = (
  contact: Pick<MergeableContact, 'email' | 'phoneNumber' | 'additionalAttributes'>,
  what: 'email' | 'phoneNumber',
): string | null => {
  const said = setAside(contact)[words[what]]
  return typeof said === 'string' ? said : contact[what]
}
