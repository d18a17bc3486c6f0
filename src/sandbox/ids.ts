import { randomBytes, randomInt } from 'node:crypto'

/** Ids are random and never seeded: a repeated seed must not repeat an id. All of them are strings, also the ones of digits. */
const digits = (count: number): string => Array.from({ length: count }, () => randomInt(10)).join('')
const text = (bytes: number): string => randomBytes(bytes).toString('base64url')
const encode = (value: string): string => Buffer.from(value).toString('base64url')

/** The professional account: 17 digits, above 2^53. */
export const accountId = (): string => `17841${digits(12)}`

/** The same account as one app sees it: another number. */
export const scopedId = (): string => `2${digits(16)}`

/** A person as one business sees them: 15 or 16 digits. */
export const igsid = (): string => `${randomInt(1, 10)}${digits(14 + randomInt(2))}`

/** A file that was given in advance. */
export const uploadId = (): string => `${randomInt(1, 10)}${digits(15)}`

export const commentId = (): string => `179${digits(14)}`

let messageCount = 0

/** Long (about 150 characters) and different only near the end, like the real ones. */
export const messageId = (businessId: string, conversationId: string): string => {
  messageCount += 1
  return `aWdfZAG1f${encode(`item:1:sandbox-message:${businessId}:${conversationId.slice(-24)}:${messageCount}`)}${text(6)}ZD`
}

export const conversationId = (businessId: string): string => `aWdfZAG06${encode(`thread:${businessId}:`)}${text(24)}ZD`
export const accessToken = (): string => `IGAA${text(110).replace(/[-_]/g, 'Z')}ZDZD`
export const oauthCode = (): string => `AQ${text(90)}`
export const traceId = (): string => `A${text(16)}`
export const challenge = (): string => `${randomInt(1, 10)}${digits(9)}`
