import { joined } from '#domain/shared/bytes.ts'
import { err, ok, type Result } from '#domain/shared/result.ts'

/** The length that the transport holds the body to; undefined where it comes in chunks of no announced sum. */
const announcedLength = ({ headers }: Request): number | undefined => {
  const length = headers.get('content-length') ?? ''
  return headers.has('transfer-encoding') || !/^\d+$/.test(length) ? undefined : Number(length)
}

const readStream = async (body: ReadableStream<Uint8Array>, limit: number): Promise<Uint8Array<ArrayBuffer> | undefined> => {
  const reader = body.getReader()
  const chunks: Uint8Array[] = []
  let size = 0
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    size += next.value.length
    if (size > limit) return undefined
    chunks.push(next.value)
  }
  return joined(chunks)
}

/** The bytes of a body of at most `limit` bytes. Of a larger one no more than that is held in memory. */
export const readBody = async (request: Request, limit: number): Promise<Result<Uint8Array<ArrayBuffer>, 'too_large' | 'unreadable'>> => {
  const length = announcedLength(request)
  if (length !== undefined && length > limit) return err('too_large')
  try {
    if (length === undefined && request.body) {
      const read = await readStream(request.body, limit)
      return read ? ok(read) : err('too_large')
    }
    const bytes = new Uint8Array(await request.arrayBuffer())
    return bytes.length > limit ? err('too_large') : ok(bytes)
  } catch {
    return err('unreadable')
  }
}
