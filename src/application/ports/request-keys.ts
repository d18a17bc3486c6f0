import type { AccountId, MessageId, UserId } from '#domain/shared/ids.ts'
import type { Instant } from '#domain/shared/instant.ts'

/** What a client calls one of its requests, so that it may repeat it. A key means one request of one user at one address. */
export interface RequestKey {
  readonly accountId: AccountId
  readonly userId: UserId
  /** Method and path. */
  readonly address: string
  readonly key: string
}

export interface KeyedRequest extends RequestKey {
  /** SHA-256 of what is asked for, in hexadecimal: equal for two requests that ask for the same. */
  readonly digest: string
}

export type KeyClaim =
  /** The caller's to do: the key is taken when this transaction commits, and free again when it does not. */
  | { readonly state: 'first' }
  /** Another transaction holds the key and did not end while we waited. */
  | { readonly state: 'running' }
  /** `answer` is null where it was never kept. */
  | { readonly state: 'done'; readonly digest: string; readonly messageId: MessageId; readonly answer: string | null }

export interface RequestKeys {
  /** Takes the key as of `at`. One that was taken before `since` is free; who holds it now is waited for, about two seconds. */
  claim(request: KeyedRequest, at: Instant, since: Instant): Promise<KeyClaim>
  /** Writes down which message a claimed request made. A claim that commits without it leaves its key free. */
  settle(key: RequestKey, messageId: MessageId): Promise<void>
  /** Keeps what a settled request was answered. */
  keepAnswer(key: RequestKey, answer: string): Promise<void>
  /** Deletes up to `limit` keys that were taken before `before`; answers how many went. */
  prune(before: Instant, limit: number): Promise<number>
}
