import { joined } from '#domain/shared/bytes.ts'

/** One field of a form, as it comes. */
export interface FormPart {
  readonly name: string
  /** Undefined where it is no file. */
  readonly fileName: string | undefined
  readonly contentType: string
  /** To be read before the next part is asked for; what was not read is passed over. */
  readonly content: AsyncIterable<Uint8Array>
}

/** What came is no `multipart/form-data`, or ends too early. */
export class BrokenForm extends Error {
  override readonly name = 'BrokenForm'
}

const maxHeaderBytes = 16 * 1024
const [cr, lf] = [13, 10]
const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** The boundary in a Content-Type; undefined where it has none. */
export const boundaryOf = (contentType: string): string | undefined => {
  const [, quoted, plain] = /;\s*boundary=(?:"([^"]{1,200})"|([^\s;"]{1,200}))/i.exec(contentType) ?? []
  return quoted ?? plain
}

const find = (bytes: Uint8Array, wanted: Uint8Array): number => {
  const first = wanted[0] ?? 0
  for (let at = bytes.indexOf(first); at >= 0 && at + wanted.length <= bytes.length; at = bytes.indexOf(first, at + 1)) {
    if (wanted.every((byte, n) => bytes[at + n] === byte)) return at
  }
  return -1
}

/** Bytes as they come, of which the beginning can be looked at before it is taken. */
const createSource = (body: AsyncIterable<Uint8Array>) => {
  const chunks = body[Symbol.asyncIterator]()
  let held: Uint8Array = new Uint8Array()
  const take = (count: number): Uint8Array => {
    const taken = held.subarray(0, count)
    held = held.subarray(count)
    return taken
  }
  return {
    held: () => held,
    take,
    /** Waits for more; it is broken where nothing comes. */
    async more(): Promise<void> {
      const { done, value } = await chunks.next()
      if (done) throw new BrokenForm('The form ends too early.')
      held = held.length === 0 ? value : joined([held, value])
    },
    async *rest(): AsyncGenerator<Uint8Array> {
      yield* { [Symbol.asyncIterator]: () => chunks }
    },
  }
}

type Source = ReturnType<typeof createSource>

/** Everything up to the delimiter, which is taken too. */
async function* until(source: Source, delimiter: Uint8Array): AsyncGenerator<Uint8Array> {
  for (;;) {
    const at = find(source.held(), delimiter)
    if (at >= 0) {
      if (at > 0) yield source.take(at)
      source.take(delimiter.length)
      return
    }
    const certain = source.held().length - delimiter.length + 1
    if (certain > 0) yield source.take(certain)
    await source.more()
  }
}

const drain = async (content: AsyncIterable<Uint8Array>): Promise<void> => {
  for await (const _ of content);
}

/** The lines before the content of a part; undefined where the form ends here. */
const readHeaders = async (source: Source): Promise<string | undefined> => {
  while (source.held().length < 2) await source.more()
  const end = source.take(2)
  if (end[0] === 45 && end[1] === 45) return undefined
  if (end[0] !== cr || end[1] !== lf) throw new BrokenForm('A boundary does not end its line.')
  let lines = ''
  for await (const chunk of until(source, encoder.encode('\r\n\r\n'))) {
    lines += decoder.decode(chunk, { stream: true })
    if (lines.length > maxHeaderBytes) throw new BrokenForm('The headers of a part are too long.')
  }
  return lines + decoder.decode()
}

/** Browsers write quotes and line breaks in names as a URL would. */
const unescaped = (text: string | undefined): string | undefined =>
  text?.replaceAll(/%0D|%0A|%22|\\"/gi, (found) => ({ '%0d': '\r', '%0a': '\n' })[found.toLowerCase()] ?? '"')

const partOf = (headers: string, content: AsyncIterable<Uint8Array>): FormPart => {
  const [, disposition = ''] = /^content-disposition:\s*form-data\s*;(.*)$/im.exec(headers) ?? []
  const parameter = (name: string): string | undefined =>
    unescaped(new RegExp(`(?:^|[;\\s])${name}="((?:[^"\\\\]|\\\\.)*)"`, 'i').exec(disposition)?.[1])
  const name = parameter('name')
  if (name === undefined) throw new BrokenForm('A part has no name.')
  const [, contentType = 'text/plain'] = /^content-type:\s*([^\s;]+)/im.exec(headers) ?? []
  return { name, fileName: parameter('filename'), contentType, content }
}

/** The fields of a form in their order, never more of it in memory than what has come and was not read yet. */
export async function* readMultipart(body: AsyncIterable<Uint8Array>, boundary: string): AsyncGenerator<FormPart> {
  // The first boundary may stand at the very beginning, without the line break that belongs to all others.
  async function* begun(): AsyncGenerator<Uint8Array> {
    yield Uint8Array.of(cr, lf)
    yield* body
  }
  const source = createSource(begun())
  const delimiter = encoder.encode(`\r\n--${boundary}`)
  await drain(until(source, delimiter))
  for (let headers = await readHeaders(source); headers !== undefined; headers = await readHeaders(source)) {
    let ended = false
    async function* content(): AsyncGenerator<Uint8Array> {
      yield* until(source, delimiter)
      ended = true
    }
    yield partOf(headers, content())
    if (!ended) await drain(until(source, delimiter))
  }
  await drain(source.rest())
}
