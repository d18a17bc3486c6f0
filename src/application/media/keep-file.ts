import type { Kept, Place } from '#application/ports/copies.ts'
import type { MediaStore } from '#application/ports/media-store.ts'
import { contentTypeOf, pageType, sniffedBytes } from '#domain/media/content-type.ts'
import { joined } from '#domain/shared/bytes.ts'

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
  const head = joined(read)
  async function* whole(): AsyncGenerator<Uint8Array> {
    if (size > 0) yield head
    yield* { [Symbol.asyncIterator]: () => source }
  }
  return { head, whole: whole() }
}

/** Sound may come in a film's box. */
const named = (contentType: string, fileType: string): string =>
  fileType === 'audio' ? contentType.replace(/^video\/(?=mp4$|webm$|ogg$)/, 'audio/') : contentType

/** Looks at what comes, and stores it where it is what its place is for. */
export const keepFile = async (store: MediaStore, { key, fileType }: Place, content: AsyncIterable<Uint8Array>): Promise<Kept> => {
  const { head, whole } = await peek(content)
  const contentType = contentTypeOf(head)
  if (contentType === pageType && fileType !== 'file') return { is: 'page' }
  if (head.byteLength === 0 || !isFit(contentType, fileType)) return { is: 'unfit' }
  const written = await store.put(key, whole)
  return { is: 'kept', file: { ...written, contentType: named(contentType, fileType) } }
}
