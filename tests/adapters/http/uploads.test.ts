import { describe, expect, test } from 'vitest'
import type { AnnounceUploadCommand } from '../../../src/application/media/announce-upload.ts'
import type { TakeInUpload, TakeInUploadError } from '../../../src/application/media/take-in-upload.ts'
import type { UseCases } from '../../../src/application/use-cases.ts'
import { err, ok } from '../../../src/domain/shared/result.ts'
import { type Asked, ask, base, createTestApp, now } from './support.ts'

const account = '/api/v1/accounts/1'

const formOf = (fields: Readonly<Record<string, string | File>>): FormData => {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  return form
}

describe('a file by itself', () => {
  const upload = async (asked: Asked, others: Partial<UseCases> = {}) => {
    const [kept, dropped]: [unknown[], number[]] = [[], []]
    const test = createTestApp({
      useCases: {
        async uploadFile({ accountId, name, contentType, content }) {
          let size = 0
          for await (const chunk of content) size += chunk.length
          return ok({ id: 401, name: `${accountId} ${name}`, contentType, size, digest: 'd' })
        },
        dropUploads: async (_accountId, ids) => void dropped.push(...ids),
        async keepUpload(...given) {
          kept.push(given)
          return ok({ id: 401, uploadId: '401.signed' })
        },
        async fetchUpload(...given) {
          kept.push(given)
          return ok({ id: 402, uploadId: '402.signed' })
        },
        ...others,
      },
    })
    return { ...(await ask(test, `${account}/upload`, { method: 'POST', ...asked })), kept, dropped }
  }
  const picture = new File(['x'.repeat(3 * 1024 * 1024)], 'ä\r.png', { type: 'image/png' })

  test('is kept as it comes, and answered as Chatwoot answers', async () => {
    const { status, body, kept, dropped } = await upload({ form: formOf({ attachment: picture, account_id: '1' }) })
    expect([status, body, dropped]).toEqual([
      200,
      {
        file_url: expect.stringMatching(/^https:\/\/dove\.test\/media\/1\/attachments\/401\/[\w-]{22}$/),
        blob_key: '1/attachments/401',
        blob_id: '401.signed',
      },
      [],
    ])
    expect(kept).toMatchObject([[1, { id: 401, contentType: 'image/png', size: picture.size }]])
  })

  test.each<[string, Asked]>([
    ['JSON', { json: { external_url: 'https://cdn.example/a.png' } }],
    ['a form', { form: formOf({ external_url: 'https://cdn.example/a.png' }) }],
  ])('is got from an address that comes in %s', async (_name, asked) => {
    const { status, body, kept } = await upload(asked)
    expect([status, body.blob_id, kept]).toEqual([200, '402.signed', [[1, 'https://cdn.example/a.png']]])
  })

  test.each<[string, Asked]>([
    ['nothing', { json: {} }],
    ['a field that was left empty', { form: formOf({ attachment: new File([], '') }) }],
    ['a text', { form: formOf({ attachment: 'a.png' }) }],
    ['something that looks like a stored file', { json: { attachment: [{ id: 401, name: 'a', contentType: 'b', size: 1, digest: 'd' }] } }],
  ])('is not %s', async (_name, asked) => {
    expect(await upload(asked)).toMatchObject({ status: 422, body: { code: 'request.invalid' }, kept: [] })
  })

  test('is dropped where it is refused, or one too many', async () => {
    const form = formOf({ attachment: picture })
    const refused = await upload({ form }, { keepUpload: async () => err({ code: 'upload.too_many_unused' }) })
    expect(refused).toMatchObject({ status: 429, body: { code: 'upload.too_many_unused' }, dropped: [401] })
    expect(refused.headers.get('retry-after')).toBe('600')
    form.append('attachment', picture)
    expect(await upload({ form })).toMatchObject({ status: 422, dropped: [401, 401], kept: [] })
  })

  test.each([
    ['upload.address_refused', 422],
    ['upload.address_unavailable', 422],
    ['upload.too_large', 413],
  ] as const)('that cannot be got says %s', async (code, status) => {
    const fetchUpload = async () => err({ code, limit: 1 })
    expect(await upload({ json: { external_url: 'x' } }, { fetchUpload })).toMatchObject({ status, body: { code } })
  })

  test('asks for a token, of this account', async () => {
    expect((await upload({ json: {}, token: '' })).status).toBe(401)
    const test = createTestApp()
    expect((await ask(test, '/api/v1/accounts/2/upload', { json: { external_url: 'x' } })).status).toBe(404)
  })
})

describe('a file that is announced', () => {
  const announce = async (blob: unknown, answer?: Awaited<ReturnType<UseCases['announceUpload']>>) => {
    const commands: AnnounceUploadCommand[] = []
    const test = createTestApp({
      useCases: {
        async announceUpload(command) {
          commands.push(command)
          return answer ?? ok({ id: 401, uploadId: '401.signed', address: `${base}/uploads/1/401/s`, announcedAt: now })
        },
      },
    })
    return { ...(await ask(test, `${account}/conversations/7/direct_uploads`, { json: { blob } })), commands }
  }
  const blob = { filename: 'ä\n.png', content_type: 'image/png', byte_size: 12, checksum: 'rL0Y20zC+Fzt72VPzMSk2A==' }

  test('is answered as ActiveStorage answers', async () => {
    const { status, body, commands } = await announce(blob)
    expect([status, body]).toEqual([
      200,
      {
        id: 401,
        key: '1/attachments/401',
        filename: 'ä.png',
        content_type: 'image/png',
        metadata: {},
        byte_size: 12,
        checksum: blob.checksum,
        created_at: new Date(now).toISOString(),
        signed_id: '401.signed',
        direct_upload: { url: `${base}/uploads/1/401/s`, headers: { 'Content-Type': 'image/png' } },
      },
    ])
    const file = { name: 'ä.png', contentType: 'image/png', size: 12, md5: blob.checksum }
    expect(commands).toEqual([{ accountId: 1, displayId: 7, file }])
  })

  test('may be of an unknown type', async () => {
    for (const content_type of ['', null, undefined])
      expect((await announce({ ...blob, content_type })).body.direct_upload.headers).toEqual({ 'Content-Type': 'application/octet-stream' })
  })

  test.each<[string, unknown, string]>([
    ['nothing', undefined, 'blob'],
    ['no name', { ...blob, filename: '' }, 'blob.filename'],
    ['half a byte', { ...blob, byte_size: 1.5 }, 'blob.byte_size'],
    ['less than nothing', { ...blob, byte_size: -1 }, 'blob.byte_size'],
    ['a checksum in hexadecimal', { ...blob, checksum: 'acbd18db4cc2f85cedef654fccc4a4d8' }, 'blob.checksum'],
    ['a checksum that no MD5 has', { ...blob, checksum: 'rL0Y20zC+Fzt72VPzMSk2B==' }, 'blob.checksum'],
  ])('is refused with %s', async (_name, wrong, attribute) => {
    expect(await announce(wrong)).toMatchObject({ status: 422, body: { attributes: [attribute] }, commands: [] })
  })

  test.each([
    ['conversation.unknown', 404],
    ['attachment.empty', 422],
    ['upload.too_large', 413],
    ['upload.too_many_unused', 429],
  ] as const)('%s is told', async (code, status) => {
    expect(await announce(blob, err({ code, limit: 1 }))).toMatchObject({ status, body: { code } })
  })
})

describe('a file that is brought', () => {
  const bring = async (takeInUpload: TakeInUpload, body: BodyInit | null = 'some bytes', path = '/uploads/1/401/secret') => {
    const { app, lines } = createTestApp({ useCases: { takeInUpload } })
    const answer = await app.request(path, { method: 'PUT', body, duplex: 'half' } as RequestInit)
    return { status: answer.status, text: await answer.text(), lines }
  }
  const refusing =
    (code: TakeInUploadError['code'], read = 0): TakeInUpload =>
    async ({ content }) => {
      for (let n = 0; n < read; n++) await content[Symbol.asyncIterator]().next()
      return err({ code })
    }

  test('comes without a token, and is not in the log', async () => {
    const commands: unknown[] = []
    const { status, text, lines } = await bring(async ({ content, ...command }) => {
      const chunks: Uint8Array[] = []
      for await (const chunk of content) chunks.push(chunk)
      commands.push({ ...command, text: Buffer.concat(chunks).toString() })
      return ok(null)
    })
    expect([status, text]).toEqual([204, ''])
    expect(commands).toEqual([{ accountId: 1, id: 401, signature: 'secret', text: 'some bytes' }])
    expect(JSON.stringify(lines)).toContain('/uploads/1/401/…')
    expect(JSON.stringify(lines)).not.toContain('secret')
  })

  const chunked = (count: number, onPull: () => void) => {
    let left = count
    return new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          onPull()
          if (left-- > 0) controller.enqueue(new Uint8Array(1024 * 1024))
          else controller.close()
        },
      },
      { highWaterMark: 0 },
    )
  }

  test('is read to its end where it is refused, so that its sender hears why, within reason', async () => {
    let pulled = 0
    const differs = await bring(
      refusing('upload.size_differs', 1),
      chunked(30, () => pulled++),
    )
    expect([differs.status, JSON.parse(differs.text).code, pulled]).toEqual([422, 'upload.size_differs', 31])
    pulled = 0
    const endless = await bring(
      refusing('upload.size_differs', 1),
      chunked(1000, () => pulled++),
    )
    expect([endless.status, pulled < 70]).toEqual([413, true])
  })

  test('is not read where nothing is awaited', async () => {
    let pulled = 0
    const stranger = await bring(
      refusing('upload.unknown'),
      chunked(30, () => pulled++),
    )
    expect([stranger.status, JSON.parse(stranger.text).code, pulled]).toEqual([404, 'upload.unknown', 0])
    for (const path of ['/uploads/0/401/s', '/uploads/1/x/s']) expect((await bring(refusing('upload.unknown'), '', path)).status).toBe(404)
  })

  test('may be nothing, or break off', async () => {
    const read: TakeInUpload = async ({ content }) => {
      for await (const _ of content);
      return err({ code: 'upload.size_differs' })
    }
    expect((await bring(read, null)).status).toBe(422)
    const broken = new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(new Error('gone')) })
    expect(await bring(read, broken)).toMatchObject({ status: 400, text: expect.stringContaining('request.unreadable') })
  })
})
