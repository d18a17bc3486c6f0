import { describe, expect, test } from 'vitest'
import { contentTypeOf, extensionOf, isShowable } from '#domain/media/content-type.ts'
import { afterFailure, afterLook, mediaRule, newMedia, storyLife } from '#domain/media/media.ts'
import { hours, minutes, seconds } from '#domain/shared/instant.ts'
import { fc } from '../support/properties.ts'

const posted = 1_700_000_000_000

describe('what is kept of an attachment', () => {
  test.each([
    ['copy', 'image audio video file share ig_post ig_reel avatar'],
    ['look', 'story_mention ig_story'],
    ['leave', 'fallback location contact embed constructor toString'],
  ])('%s', (rule, types) => {
    expect(types.split(' ').map(mediaRule)).toEqual(types.split(' ').map(() => rule))
  })

  test('without a link there is nothing to wait for', () => {
    expect(newMedia('image', null, posted)).toEqual({ state: 'withheld', attempts: 0, dueAt: null })
    expect(newMedia('fallback', 'https://a.example', posted)).toMatchObject({ state: 'withheld', dueAt: null })
    expect(newMedia('image', 'https://a.example', posted)).toEqual({ state: 'pending', attempts: 0, dueAt: posted })
  })
})

describe('a download that failed', () => {
  const item = { ...newMedia('image', 'https://a.example', posted), postedAt: posted, id: 7 }

  test('for good is not tried again', () => {
    expect(afterFailure(item, { is: 'final' }, posted)).toEqual({ state: 'failed', attempts: 1, dueAt: null })
  })

  test('because it is gone is looked for once more, and expired where it is old or the provider says for ever', () => {
    const once = afterFailure(item, { is: 'gone', forever: false }, posted)
    expect(once).toMatchObject({ state: 'pending', attempts: 1 })
    expect(afterFailure({ ...item, ...once }, { is: 'gone', forever: false }, posted)).toMatchObject({ state: 'failed', dueAt: null })
    expect(afterFailure(item, { is: 'gone', forever: true }, posted)).toMatchObject({ state: 'expired', dueAt: null })
    expect(afterFailure(item, { is: 'gone', forever: false }, posted + storyLife)).toMatchObject({ state: 'expired', dueAt: null })
  })

  test('for now is tried eight times more over about a day; people are told after the third', () => {
    const told: (string | number)[][] = []
    let progress = newMedia('image', 'https://a.example', posted)
    for (let now = posted; progress.dueAt !== null; now = progress.dueAt) {
      progress = afterFailure({ ...item, ...progress }, { is: 'later' }, now)
      if (progress.dueAt !== null) told.push([progress.state, Math.round((progress.dueAt - now) / seconds(1))])
      if (progress.dueAt === null) break
    }
    expect(told.map(([state]) => state)).toEqual(['pending', 'pending', ...Array.from({ length: 6 }, () => 'failed')])
    const even = [5, 30, 120, 600, 1800, 7200, 21_600, 43_200]
    for (const [n, [, wait = 0]] of told.entries()) {
      expect(Number(wait)).toBeGreaterThanOrEqual(even[n]!)
      expect(Number(wait)).toBeLessThanOrEqual(even[n]! * 1.26)
    }
    expect(progress).toEqual({ state: 'failed', attempts: 9, dueAt: null })
  })

  test('rests as long as it is asked to', () => {
    expect(afterFailure(item, { is: 'later', retryAfter: minutes(50) }, posted).dueAt).toBe(posted + minutes(50))
  })
})

describe('a story', () => {
  const story = { ...newMedia('ig_story', 'https://a.example', posted), postedAt: posted }

  test('is looked at after one, six and 24 hours, and is over then', () => {
    const dues: (number | null)[] = []
    let progress = afterLook(story, 'there', posted)
    for (; progress.dueAt !== null; progress = afterLook(story, 'unclear', progress.dueAt)) dues.push(progress.dueAt - posted)
    expect(dues).toEqual([hours(1), hours(6), hours(24)])
    expect(progress.state).toBe('expired')
  })

  test('that went before its time was taken back', () => {
    expect(afterLook(story, 'gone', posted + hours(2))).toMatchObject({ state: 'withheld', dueAt: null })
    expect(afterLook(story, 'gone', posted + hours(24))).toMatchObject({ state: 'expired', dueAt: null })
  })
})

describe('what a file is', () => {
  const bytes = (...parts: (string | number[])[]): Uint8Array =>
    Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from(part))))

  test.each<[string, Uint8Array]>([
    ['image/jpeg', bytes([0xff, 0xd8, 0xff, 0xe0])],
    ['image/png', bytes([0x89], 'PNG\r\n', [0x1a, 0x0a])],
    ['image/gif', bytes('GIF89a')],
    ['image/webp', bytes('RIFF', [1, 2, 3, 4], 'WEBPVP8 ')],
    ['audio/wav', bytes('RIFF', [1, 2, 3, 4], 'WAVEfmt ')],
    ['image/heic', bytes([0, 0, 0, 24], 'ftypheic')],
    ['image/avif', bytes([0, 0, 0, 24], 'ftypavif')],
    ['video/mp4', bytes([0, 0, 0, 24], 'ftypisom')],
    ['audio/mp4', bytes([0, 0, 0, 24], 'ftypM4A ')],
    ['video/quicktime', bytes([0, 0, 0, 24], 'ftypqt  ')],
    ['video/webm', bytes([0x1a, 0x45, 0xdf, 0xa3])],
    ['audio/ogg', bytes('OggS', Array(24).fill(0), 'OpusHead')],
    ['video/ogg', bytes('OggS', Array(24).fill(0), [0x80], 'theora')],
    ['audio/mpeg', bytes('ID3', [4, 0])],
    ['application/pdf', bytes('%PDF-1.7')],
    ['text/html', bytes('\n <!-- hi -->\n<!DOCTYPE html><html>')],
    ['text/html', bytes([0xef, 0xbb, 0xbf], '<SCRIPT>alert(1)</SCRIPT>')],
    ['text/html', bytes([0xff, 0xfe], '<\0h\0t\0m\0l\0>\0')],
    ['image/svg+xml', bytes('<svg xmlns="http://www.w3.org/2000/svg">')],
    ['image/svg+xml', bytes('<?xml version="1.0"?>\n<!-- x --><svg>')],
    ['application/xml', bytes('<?xml version="1.0"?><rss>')],
    ['application/octet-stream', bytes('just text < here')],
    ['application/octet-stream', bytes()],
  ])('%s', (type, head) => {
    expect(contentTypeOf(head)).toBe(type)
  })

  test('only pictures that are dots, sound and film are shown by themselves', () => {
    expect(['image/png', 'audio/ogg', 'video/mp4'].map(isShowable)).toEqual([true, true, true])
    const active = ['image/svg+xml', 'text/html', 'application/xml', 'application/pdf', 'application/octet-stream', 'application/zip']
    expect(active.map(isShowable)).toEqual(active.map(() => false))
  })

  test('any bytes have a type, and every type at most one ending', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 2000 }), (head) => void extensionOf(contentTypeOf(head))))
    expect([extensionOf('image/jpeg'), extensionOf('application/octet-stream'), extensionOf('constructor')]).toEqual(['jpg', null, null])
  })
})
