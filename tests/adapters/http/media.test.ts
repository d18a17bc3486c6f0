import { describe, expect, test } from 'vitest'
import { createMediaLinks } from '../../../src/adapters/crypto/media-links.ts'
import { parseRange } from '../../../src/adapters/http/surfaces/media.ts'
import type { OpenedMedia, OpenMedia } from '../../../src/application/media/open-media.ts'
import { err, ok } from '../../../src/domain/shared/result.ts'
import { ask, base, createTestApp } from './support.ts'

const digest = 'cd'.repeat(32)
const ref = { accountId: 1, kind: 'attachments', id: 4 } as const

const file = (contentType: string, text = '0123456789'): OpenedMedia => ({
  ...{ is: 'file', contentType, size: text.length, digest },
  read: async (range) => new Blob([text.slice(range?.from ?? 0, (range?.to ?? text.length) + 1)]).stream(),
})

const links = createMediaLinks([new Uint8Array(32)], base)
const pathOf = async (link: Promise<string>): Promise<string> => new URL(await link).pathname

const get = async (openMedia: OpenMedia, headers: Record<string, string> = {}, method = 'GET') => {
  const test = createTestApp({ useCases: { openMedia } })
  const answer = await ask(test, await pathOf(links.sign(ref)), { token: '', headers, method })
  return { ...answer, lines: test.lines }
}

const show = (contentType: string) => async () => ok(file(contentType))

describe('a file', () => {
  test('is served whole, with what keeps a browser from guessing and running', async () => {
    const { status, text, headers } = await get(show('image/jpeg'))
    expect([status, text]).toEqual([200, '0123456789'])
    expect(Object.fromEntries(headers)).toMatchObject({
      ...{ 'content-type': 'image/jpeg', 'content-length': '10', 'accept-ranges': 'bytes', etag: `"${digest}"` },
      ...{ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer', 'cache-control': 'private, max-age=3600' },
      'content-security-policy': "default-src 'none'; sandbox; frame-ancestors 'none'",
      'content-disposition': 'inline; filename="attachment-4.jpg"',
    })
  })

  test.each(['text/html', 'image/svg+xml', 'application/xml', 'application/pdf', 'application/octet-stream'])(
    '%s is saved and not shown',
    async (type) => {
      expect((await get(show(type))).headers.get('content-disposition')).toMatch(/^attachment; filename="attachment-4(\.\w+)?"$/)
    },
  )

  test.each([
    ['bytes=0-3', 206, '0123', 'bytes 0-3/10'],
    ['bytes=7-', 206, '789', 'bytes 7-9/10'],
    ['bytes=-2', 206, '89', 'bytes 8-9/10'],
    ['bytes=5-500', 206, '56789', 'bytes 5-9/10'],
    ['bytes=10-', 416, '', 'bytes */10'],
    ['bytes=-0', 416, '', 'bytes */10'],
    ['bytes=3-1', 200, '0123456789', null],
    ['bytes=0-1,3-4', 200, '0123456789', null],
    ['lines=0-1', 200, '0123456789', null],
  ])('%s', async (range, status, text, contentRange) => {
    const answer = await get(show('image/jpeg'), { range })
    expect([answer.status, answer.text, answer.headers.get('content-range')]).toEqual([status, text, contentRange])
    if (status === 206) expect(answer.headers.get('content-length')).toBe(String(text.length))
  })

  test('a range of another version is the whole of this one', async () => {
    expect((await get(show('image/jpeg'), { range: 'bytes=0-3', 'if-range': '"old"' })).status).toBe(200)
    expect((await get(show('image/jpeg'), { range: 'bytes=0-3', 'if-range': `"${digest}"` })).status).toBe(206)
  })

  test('that is known already is not sent again, and HEAD reads nothing', async () => {
    const unread: OpenMedia = async () =>
      ok({ ...file('image/jpeg'), read: () => Promise.reject(new Error('It was read.')) } as OpenedMedia)
    for (const tag of [`"${digest}"`, `W/"${digest}"`, `"x", "${digest}"`, '*']) {
      expect((await get(unread, { 'if-none-match': tag })).status).toBe(304)
    }
    const head = await get(unread, {}, 'HEAD')
    expect([head.status, head.headers.get('content-length'), head.text]).toEqual([200, '10', ''])
  })
})

describe('an address', () => {
  test('is good for its own file alone, under any key that the installation still has', async () => {
    const [old, current] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)]
    const before = createMediaLinks([old], base)
    const rotated = createMediaLinks([current, old], base)
    const signature = (await before.sign(ref)).split('/').at(-1) ?? ''
    expect(await rotated.verify(ref, signature)).toBe(true)
    expect((await rotated.sign(ref)).endsWith(signature)).toBe(false)
    expect(await createMediaLinks([current], base).verify(ref, signature)).toBe(false)
    for (const other of [
      { ...ref, id: 5 },
      { ...ref, accountId: 2 },
      { ...ref, kind: 'avatars' as const },
    ]) {
      expect(await rotated.verify(other, signature)).toBe(false)
    }
    for (const wrong of ['', 'x', signature.slice(1), `${signature}A`, 'ä'.repeat(22)]) expect(await rotated.verify(ref, wrong)).toBe(false)
  })

  test('that nobody signed opens nothing, and is not told from one of nothing', async () => {
    const test = createTestApp()
    const path = await pathOf(links.sign(ref))
    for (const wrong of [path.replace('/4/', '/5/'), path.replace('attachments', 'avatars'), `${path}x`, '/media/1/attachments/x/y']) {
      expect(await ask(test, wrong, { token: '' })).toMatchObject({ status: 404, body: { code: 'media.unknown' } })
    }
    expect((await ask(test, path.replace('attachments', 'secrets'), { token: '' })).status).toBe(404)
  })

  test('is not in the log', async () => {
    const { lines } = await get(show('image/jpeg'))
    expect(lines.find(({ event }) => event === 'http.request')?.fields).toMatchObject({ path: '/media/1/attachments/4/…' })
  })
})

describe('what is not there', () => {
  test.each([
    ['media.pending', 503],
    ['media.failed', 404],
    ['media.expired', 410],
    ['media.withheld', 410],
    ['media.unknown', 404],
  ] as const)('%s', async (code, status) => {
    const answer = await get(async () => err({ code }))
    expect(answer).toMatchObject({ status, body: { code } })
    expect(answer.headers.get('cache-control')).toBe('no-store')
  })

  test('a story is at the provider', async () => {
    const answer = await get(async () => ok({ is: 'elsewhere', url: 'https://cdn.example/story' }))
    expect([answer.status, answer.headers.get('location')]).toEqual([302, 'https://cdn.example/story'])
    expect(answer.headers.get('referrer-policy')).toBe('no-referrer')
  })
})

test('a range of nothing', () => {
  expect([parseRange('bytes=0-', 0), parseRange('bytes=-5', 0), parseRange(undefined, 0)]).toEqual([null, null, undefined])
})

test('a failed download is begun again by whoever may read its message', async () => {
  const asked: unknown[] = []
  const retryMedia = async (command: unknown) => {
    asked.push(command)
    return err({ code: 'attachment.not_failed' } as const)
  }
  const path = '/api/v1/accounts/1/conversations/7/messages/300/attachments/4/retry'
  const answer = await ask(createTestApp({ useCases: { retryMedia } }), path, { method: 'POST' })
  expect(answer).toMatchObject({ status: 422, body: { code: 'attachment.not_failed' } })
  expect(asked).toEqual([{ accountId: 1, displayId: 7, messageId: 300, attachmentId: 4 }])
  expect((await ask(createTestApp(), path.replace('/4/', '/x/'), { method: 'POST' })).status).toBe(404)
})
