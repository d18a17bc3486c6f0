import type { DownloadFailure } from '#application/ports/downloads.ts'

/** Carries the reason out of whoever reads the content. */
export class Broken extends Error {
  override readonly name = 'Broken'
  readonly failure: DownloadFailure
  constructor(failure: DownloadFailure, cause?: unknown) {
    super(failure.code, { cause })
    this.failure = failure
  }
}

export const unavailable: DownloadFailure = { code: 'download.unavailable' }
export const refused: DownloadFailure = { code: 'download.refused' }
export const tooLarge: DownloadFailure = { code: 'download.too_large' }

export const mostHops = 4

/** How long at most another side's `Retry-After` is believed, s. */
const longestRest = 3600

const restAsked = (retryAfter: string): DownloadFailure => {
  const seconds = /^\d{1,9}$/.test(retryAfter) ? Number(retryAfter) : 0
  return seconds > 0 ? { code: 'download.unavailable', retryAfter: Math.min(seconds, longestRest) * 1000 } : unavailable
}

/** Where an answer sends us on; undefined where it does not. */
export const redirectOf = (status: number, location: string | null | undefined): string | undefined =>
  [301, 302, 303, 307, 308].includes(status) ? (location ?? undefined) : undefined

/** Why this answer is not the file; undefined where it is. */
export const failureOf = (status: number, retryAfter: string | null | undefined): DownloadFailure | undefined => {
  if (status === 200) return undefined
  const isLater = status === 408 || status === 425 || status === 429 || status < 400 || status > 499
  return isLater ? restAsked(retryAfter ?? '') : { code: 'download.gone', status }
}
