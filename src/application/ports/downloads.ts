import type { Duration } from '#domain/shared/instant.ts'
import type { Result } from '#domain/shared/result.ts'

/** Why a file did not come. */
export type DownloadFailure =
  /** We do not go there: not a web address, or one inside a private network. Trying again changes nothing. */
  | { readonly code: 'download.refused' }
  /** The other side says that it is not there, or not for us. */
  | { readonly code: 'download.gone'; readonly status: number }
  | { readonly code: 'download.too_large' }
  /** Not now: nobody answered, or not in time, or not to the end. `retryAfter`: how long the other side wants to rest, ms. */
  | { readonly code: 'download.unavailable'; readonly retryAfter?: Duration }

export interface DownloadLimits {
  /** Counted as they arrive, whatever was announced. */
  readonly bytes: number
  /** For all of it, from the look-up of the name to the last byte, ms. */
  readonly time: Duration
}

/** Gets what lies at an address that a stranger gave. */
export interface Downloads {
  /**
   * Has `take` read the content as it arrives, and answers what `take` made of it. Where the content breaks off, reading it throws,
   * and the answer says why; an error of `take`'s own is thrown. What `take` does not read is left.
   */
  get<T>(url: string, limits: DownloadLimits, take: (content: AsyncIterable<Uint8Array>) => Promise<T>): Promise<Result<T, DownloadFailure>>
}
