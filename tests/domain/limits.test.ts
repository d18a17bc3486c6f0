import { describe, expect, test } from 'vitest'
import { instagramLimits } from '#channels/instagram/limits.ts'
import { type ContentLimits, checkMedia, type SentMediaType } from '#domain/message/limits.ts'

const mebibyte = 1024 * 1024

/** Instagram's matrix, as its page on sending has it. */
const matrix: [contentType: string, as: SentMediaType | null, mebibytes: number][] = [
  ['image/png', 'image', 8],
  ['image/jpeg', 'image', 8],
  ['image/gif', 'image', 8],
  ['image/webp', null, 0],
  ['image/heic', null, 0],
  ['image/svg+xml', null, 0],
  ['audio/aac', 'audio', 25],
  ['audio/mp4', 'audio', 25],
  ['audio/wav', 'audio', 25],
  ['audio/mpeg', null, 0],
  ['audio/ogg', null, 0],
  ['audio/webm', null, 0],
  ['video/mp4', 'video', 25],
  ['video/ogg', 'video', 25],
  ['video/x-msvideo', 'video', 25],
  ['video/quicktime', 'video', 25],
  ['video/webm', 'video', 25],
  ['video/3gpp', null, 0],
  ['application/pdf', 'file', 25],
  ['application/zip', null, 0],
  ['application/octet-stream', null, 0],
  ['text/html', null, 0],
]

describe('what may be attached on Instagram', () => {
  test.each(matrix)('%s is sent as %s, up to %i MB', (contentType, type, mebibytes) => {
    const check = (bytes: number) => checkMedia(instagramLimits, contentType, bytes)
    expect(check(0)).toMatchObject({ error: { code: 'attachment.empty' } })
    if (type === null) {
      expect(check(1)).toMatchObject({
        error: { code: 'attachment.type_unsupported', contentType, supported: expect.arrayContaining(['image/png', 'application/pdf']) },
      })
      return
    }
    const limit = mebibytes * mebibyte
    expect([check(1), check(limit)]).toEqual([
      { ok: true, value: type },
      { ok: true, value: type },
    ])
    expect(check(limit + 1)).toEqual({ ok: false, error: { code: 'attachment.too_large', type, limit } })
  })
})

test('a type without a list takes anything of it', () => {
  const limits: ContentLimits = { textBytes: 1, media: [{ type: 'file', bytes: 5 }] }
  expect(checkMedia(limits, 'application/zip', 5)).toMatchObject({ value: 'file' })
  expect(checkMedia(limits, 'image/png', 5)).toMatchObject({ error: { code: 'attachment.type_unsupported' } })
})
