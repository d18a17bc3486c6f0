import type { AccountId } from '#domain/shared/ids.ts'

export type MediaKind = 'attachments' | 'avatars'

/** Where a stored file lies: the account that it belongs to, what it is, and a name of its own. Never made of what a stranger gave. */
export type MediaKey = `${number}/${string}/${string}`

const pattern = /^[1-9]\d{0,15}\/[a-z]{1,32}\/[0-9a-z][0-9a-z-]{0,99}$/

export const mediaKey = (accountId: AccountId, kind: MediaKind, name: number | string): MediaKey => `${accountId}/${kind}/${name}`

export const isMediaKey = (text: string): text is MediaKey => pattern.test(text)

/** Whose key it is; undefined where it is none that `mediaKey` makes of a row's number. */
export const parseMediaKey = (
  text: string,
): { readonly accountId: AccountId; readonly kind: MediaKind; readonly id: number } | undefined => {
  const [, account, kind, id] = /^([1-9]\d{0,15})\/(attachments|avatars)\/([1-9]\d{0,15})$/.exec(text) ?? []
  return kind === 'attachments' || kind === 'avatars' ? { accountId: Number(account), kind, id: Number(id) } : undefined
}

/** What the keys of all of an account's files begin with. */
export const accountPrefix = (accountId: AccountId): string => `${accountId}/`
