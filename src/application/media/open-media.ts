import { keyOf } from '#application/media/media-job.ts'
import type { MediaRef } from '#application/ports/media.ts'
import type { ByteRange, MediaStore } from '#application/ports/media-store.ts'
import type { Queries } from '#application/ports/queries.ts'
import { mediaRule } from '#domain/media/media.ts'
import { err, ok, type Result } from '#domain/shared/result.ts'

export type OpenedMedia =
  | {
      readonly is: 'file'
      readonly contentType: string
      /** Bytes. */
      readonly size: number
      readonly digest: string
      /** The content, or a part of it; undefined where the file is not there any more. */
      readonly read: (range?: ByteRange) => Promise<ReadableStream<Uint8Array> | undefined>
    }
  /** A story: to be seen at the provider alone. */
  | { readonly is: 'elsewhere'; readonly url: string }

export type OpenMediaError = { readonly code: 'media.unknown' | 'media.pending' | 'media.failed' | 'media.expired' | 'media.withheld' }

/** Opens a file of ours for whoever has its address. */
export type OpenMedia = (ref: MediaRef) => Promise<Result<OpenedMedia, OpenMediaError>>

interface Dependencies {
  readonly queries: Queries
  readonly mediaStore: MediaStore
}

/** As it can stand in a header; undefined where it is no address of the web. */
const webLink = (text: string | null): string | undefined => {
  const url = text !== null && URL.canParse(text) ? new URL(text) : undefined
  return url && /^https?:$/.test(url.protocol) ? url.href : undefined
}

export const createOpenMedia =
  ({ queries, mediaStore }: Dependencies): OpenMedia =>
  async (ref) => {
    const found = await queries.mediaFile(ref)
    if (!found) return err({ code: 'media.unknown' })
    const { state, fileType, externalUrl, contentType, size, digest } = found
    if (state === 'pending' && mediaRule(fileType) === 'look') {
      const url = webLink(externalUrl)
      return url === undefined ? err({ code: 'media.withheld' }) : ok({ is: 'elsewhere', url })
    }
    if (state !== 'stored') return err({ code: `media.${state}` })
    if (contentType === null || size === null || digest === null) return err({ code: 'media.unknown' })
    const read = async (range?: ByteRange) => (await mediaStore.open(keyOf(ref), range))?.stream
    return ok({ is: 'file', contentType, size, digest, read })
  }
