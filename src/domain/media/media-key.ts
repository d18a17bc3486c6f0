import type { AccountId } from '#domain/shared/ids.ts'

/** Where a stored file lies: the account that it belongs to, what it is, and a name of its own. Never made of what a stranger gave. */
export type MediaKey = `${number}/${string}/${string}`

const pattern = /^[1-9]\d{0,15}\/[a-z]{1,32}\/[0-9a-z][0-9a-z-]{0,99}$/

export const mediaKey = (accountId: AccountId, kind: 'attachments' | 'avatars', name: number | string): MediaKey =>
  `${accountId}/${kind}/${name}`

export const isMediaKey = (text: string): text is MediaKey => pattern.test(text)

/** What the keys of all of an account's files begin with. */
export const accountPrefix = (accountId: AccountId): string => `${accountId}/`
