import { describe, expect, test } from 'vitest'
import { BrokenForm, boundaryOf, readMultipart } from '../../../src/adapters/http/multipart.ts'
import { fc } from '../../support/properties.ts'

/** The bytes of a form as a client sends it, in pieces of these sizes, over and over. */
const encode = async (form: FormData) => {
  const request = new Response(form)
  const boundary = boundaryOf(request.headers.get('content-type') ?? '') ?? ''
  return { boundary, bytes: await request.bytes() }
}

async function* inPieces(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  for (let at = 0, n = 0; at < bytes.length; n++) {
    const size = sizes[n % sizes.length] ?? 1
    yield bytes.subarray(at, at + size)
    at += size
  }
}

const whole = async (content: AsyncIterable<Uint8Array>): Promise<Uint8Array> => {
  const chunks: Uint8Array[] = []
  for await (const chunk of content) chunks.push(chunk.slice())
  return Buffer.concat(chunks)
}

const readAll = async (body: AsyncIterable<Uint8Array>, boundary: string) => {
  const parts: [string, string | undefined, string][] = []
  for await (const part of readMultipart(body, boundary)) {
    parts.push([part.name, part.fileName, Buffer.from(await whole(part.content)).toString('latin1')])
  }
  return parts
}

/** Much of what a boundary is made of. */
const bytes = fc.array(fc.oneof(fc.constantFrom(13, 10, 45), fc.nat(255)), { maxLength: 300 }).map((list) => Uint8Array.from(list))

describe('a form that is read as it comes', () => {
  test('is the form that was sent, however it is cut', async () => {
    const files = fc.array(fc.record({ name: fc.constantFrom('a.png', 'b "c".pdf', 'ü\n.txt'), content: bytes }), { maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(files, fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 5 }), async (sent, sizes) => {
        const form = new FormData()
        form.append('content', 'Grüße\r\n--')
        for (const { name, content } of sent) form.append('attachments[]', new File([content], name))
        const { boundary, bytes } = await encode(form)
        const expected = sent.map(({ name, content }) => ['attachments[]', name, Buffer.from(content).toString('latin1')])
        const text = Buffer.from('Grüße\r\n--').toString('latin1')
        expect(await readAll(inPieces(bytes, sizes), boundary)).toEqual([['content', undefined, text], ...expected])
      }),
    )
  })

  test('may be read in part only, and what follows is still found', async () => {
    const form = new FormData()
    form.append('a', new File(['x'.repeat(5000)], 'a'))
    form.append('b', new File(['y'.repeat(5000)], 'b'))
    form.append('c', 'end')
    const { boundary, bytes } = await encode(form)
    const seen: string[] = []
    for await (const part of readMultipart(inPieces(bytes, [700]), boundary)) {
      seen.push(part.name)
      if (part.name === 'a') for await (const _ of part.content) break
    }
    expect(seen).toEqual(['a', 'b', 'c'])
  })

  test.each([
    ['nothing', ''],
    ['no end', '--b\r\ncontent-disposition: form-data; name="a"\r\n\r\nx'],
    ['no name', '--b\r\ncontent-disposition: form-data\r\n\r\nx\r\n--b--'],
    ['a boundary that goes on', '--bc\r\n\r\nx\r\n--b--'],
    ['endless headers', `--b\r\n${'x'.repeat(20_000)}\r\n\r\n\r\n--b--`],
  ])('is broken with %s', async (_, text) => {
    await expect(readAll(inPieces(Buffer.from(text), [16]), 'b')).rejects.toThrow(BrokenForm)
  })
})
