import { keyOf } from '#application/media/media-job.ts'
import type { KeptFile, MediaItem } from '#application/ports/media.ts'
import type { MediaStore } from '#application/ports/media-store.ts'
import { contentTypeOf, pageType, sniffedBytes } from '#domain/media/content-type.ts'

/** What came of a link: a file that we keep now, a web page instead of one, or something that does not belong there. */
export type Kept = { readonly is: 'kept'; readonly file: KeptFile } | { readonly is: 'page' } | { readonly is: 'unfit' }

/** Pictures that any browser shows and none runs. */
const pictures = ['image/jpeg', 'image/png', 'image/gif', 'image/webp']

/** Attachments of these types may be anything but a page. */
const isFit = (contentType: string, fileType: string): boolean => fileType !== 'avatar' || pictures.includes(contentType)

/** The beginning of the content, and all of it once more. */
const peek = async (content: AsyncIterable<Uint8Array>): Promise<{ head: Uint8Array; whole: AsyncIterable<Uint8Array> }> => {
  const source = content[Symbol.asyncIterator]()
  const read: Uint8Array[] = []
  let size = 0
  while (size < sniffedBytes) {
    const { done, value } = await source.next()
    if (done) break
    read.push(value)
    size += value.byteLength
  }
  const head = new Uint8Array(size)
  read.reduce((at, chunk) => {
    head.set(chunk, at)
    return at + chunk.byteLength
  }, 0)
  async function* whole(): AsyncGenerator<Uint8Array> {
    if (size > 0) yield head
    yield* { [Symbol.asyncIterator]: () => source }
  }
  return { head, whole: whole() }
}

/** Providers give sound in a film's box. */
const named = (contentType: string, fileType: string): string =>
  fileType === 'audio' && contentType === 'video/mp4' ? 'audio/mp4' : contentType

/** Looks at what comes, and stores it where it is what its place is for. */
export const keepFile = async (store: MediaStore, item: MediaItem, content: AsyncIterable<Uint8Array>): Promise<Kept> => {
  const { head, whole } = await peek(content)
  const contentType = contentTypeOf(head)
  if (contentType === pageType && item.fileType !== 'file') return { is: 'page' }
  if (head.byteLength === 0 || !isFit(contentType, item.fileType)) return { is: 'unfit' }
  const written = await store.put(keyOf(item), whole)
  return { is: 'kept', file: { ...written, contentType: named(contentType, item.fileType) } }
}
