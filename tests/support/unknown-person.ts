/** What a contact is of whom nobody knows more than a name. */
export const unknownPerson = {
  email: null,
  phoneNumber: null,
  identifier: null,
  blocked: false,
  avatarUrl: null,
  additionalAttributes: {},
  customAttributes: {},
}
