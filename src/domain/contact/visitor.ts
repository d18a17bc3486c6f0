/**
 * Why a source id opens something to whoever has it, in the API for customers' own apps. `guest`: it was drawn for somebody who proved nothing,
 * with a contact of its own. `apart`: such a one whose contact was made one with another since. `known`: it was drawn for the account's own
 * software, to hand on. `proven`: it was drawn for somebody of whom that software's HMAC said who they are.
 */
export type ClientAccess = 'guest' | 'apart' | 'known' | 'proven'

/** Where identities are mandatory, those who proved nothing have no access any more. */
export const mayEnter = (access: ClientAccess, isMandatory: boolean): boolean => !isMandatory || access === 'known' || access === 'proven'

/** What is known of the contact is theirs to see and to change. */
export const isTheirs = (access: ClientAccess): boolean => access !== 'apart'

/** They see what was said with them in the inbox under any source id, and not under this one alone. */
export const seesAll = (access: ClientAccess): boolean => access === 'proven'
