import type { Duration } from '#domain/shared/instant.ts'
import type { Result } from '#domain/shared/result.ts'

export type PostFailure =
  /** We do not go there: not a web address, or one inside a private network. */
  | { readonly code: 'post.refused' }
  /** Nobody answered, or not in time. What was sent may have arrived. */
  | { readonly code: 'post.unanswered' }

export interface PostAnswer {
  readonly status: number
  /** How long the other side wants to rest, ms. */
  readonly retryAfter?: Duration
}

export interface Post {
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

/** Sends something to an address that somebody entered. */
export interface Posts {
  /** Asks once, within `time` (ms), and goes nowhere else than there: a redirect is an answer. What the answer says is not read on. */
  post(url: string, post: Post, time: Duration): Promise<Result<PostAnswer, PostFailure>>
}
