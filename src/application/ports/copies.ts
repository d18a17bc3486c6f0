import type { DownloadFailure, DownloadLimits } from '#application/ports/downloads.ts'
import type { KeptFile } from '#application/ports/media.ts'
import type { MediaKey } from '#domain/media/media-key.ts'
import type { Result } from '#domain/shared/result.ts'

/** Where a file is kept, and what it is said to be. */
export interface Place {
  readonly key: MediaKey
  readonly fileType: string
}

/** What came of a link: a file that we keep now, a web page instead of one, or something that does not belong there. */
export type Kept = { readonly is: 'kept'; readonly file: KeptFile } | { readonly is: 'page' } | { readonly is: 'unfit' }

/** Copies what lies at an address that a stranger gave into our files. What fails on our side is thrown. */
export interface Copies {
  /** Whether anything lies there; nothing of it is kept. */
  look(url: string, limits: DownloadLimits): Promise<Result<null, DownloadFailure>>
  /** Keeps it where it is what its place is for. Unless somebody waits for it, it may come slowly while others need the machine. */
  keep(url: string, limits: DownloadLimits, place: Place, waits?: 'awaited'): Promise<Result<Kept, DownloadFailure>>
}
