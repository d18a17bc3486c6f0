import { describe, expect, test } from 'vitest'
import { createCopies } from '#application/media/copies.ts'
import { createFetchMedia } from '#application/media/fetch-media.ts'
import { hours, minutes } from '#domain/shared/instant.ts'
import { ok } from '#domain/shared/result.ts'
import { jpeg, page, receiving, start, url, writes } from './media-scene.ts'
import { happening, received } from './support.ts'

describe('an attachment', () => {
  test('is copied by the job that came with its message, and by that alone', async () => {
    const { places, asked, work, attachments, mediaStore, key, openMedia, ref } = await receiving('image')
    expect(asked).toEqual([])
    places.set(url, jpeg())
    expect(await work()).toBe(1)
    expect(attachments()).toMatchObject([{ mediaState: 'stored', contentType: 'image/jpeg', size: 500, dueAt: null }])
    expect([...mediaStore.files]).toEqual([[key, jpeg()]])
    const opened = await openMedia(ref)
    expect(opened).toMatchObject({ ok: true, value: { is: 'file', contentType: 'image/jpeg', size: 500 } })
    expect(await work()).toBe(0)
  })

  test('messages without attachments ask for nothing', async () => {
    const { receive, time, work } = await start()
    await receive(happening({ kind: 'message-received', payload: received('mid', 'hi') }, time.now))
    expect(await work()).toBe(0)
  })

  test('that does not come is tried again, later each time, and the message stays as it is', async () => {
    const { world, time, places, work, nextAt, state, openMedia, ref, accountId } = await receiving('video')
    const before = await world.queries.message(accountId, [...world.state().messages.keys()][0]!)
    places.set(url, { code: 'download.unavailable', retryAfter: minutes(7) })
    await work()
    expect([state(), nextAt()]).toEqual(['pending', time.now + minutes(7)])
    expect(await openMedia(ref)).toMatchObject({ error: { code: 'media.pending' } })
    places.set(url, { code: 'download.unavailable' })
    for (let tries = 2; tries <= 3; tries++) {
      time.now = nextAt() ?? 0
      expect(await work()).toBe(1)
    }
    expect(state()).toBe('failed')
    time.now = nextAt() ?? 0
    places.set(url, jpeg())
    await work()
    expect([state(), nextAt()]).toEqual(['stored', undefined])
    const after = await world.queries.message(accountId, before!.id)
    expect({ ...after, attachments: [] }).toEqual({ ...before, attachments: [] })
  })

  test.each([
    ['too large', { code: 'download.too_large' }, 'failed'],
    ['inside a private network', { code: 'download.refused' }, 'failed'],
    ['gone for ever', { code: 'download.gone', status: 410 }, 'expired'],
    ['a page instead of a picture', page, 'failed'],
    ['empty', new Uint8Array(), 'failed'],
  ] as const)('that is %s ends', async (_, lying, end) => {
    const { places, work, state, nextAt, mediaStore } = await receiving('image')
    places.set(url, lying)
    await work()
    expect([state(), nextAt(), mediaStore.files.size]).toEqual([end, undefined, 0])
  })

  test('a shared post that is a page stays a link; sound in a film’s box is sound', async () => {
    const post = await receiving('ig_post')
    post.places.set(url, page)
    await post.work()
    expect(post.attachments()).toMatchObject([{ mediaState: 'withheld', externalUrl: url }])
    const voice = await receiving('audio')
    voice.places.set(url, new TextEncoder().encode('\0\0\0\x18ftypmp42'))
    await voice.work()
    expect(voice.attachments()).toMatchObject([{ mediaState: 'stored', contentType: 'audio/mp4' }])
  })

  test('that is taken back while it comes leaves no file', async () => {
    const { world, places, work, receive, time, mediaStore, attachments, downloads, fetchMedia, ref } = await receiving('image')
    places.set(url, jpeg())
    const retraction = happening({ kind: 'message-retracted', payload: { externalId: 'mid' } }, time.now + 1)
    const copies = createCopies({ downloads, mediaStore })
    const slow = createFetchMedia({
      ...{ unitOfWork: world.unitOfWork, mediaStore, clock: { now: () => time.now } },
      copies: {
        ...copies,
        async keep(...given) {
          const kept = await copies.keep(...given)
          await receive(retraction)
          return kept
        },
      },
    })
    await slow(ref)
    expect([attachments(), mediaStore.files.size]).toEqual([[], 0])
    await fetchMedia(ref)
    await work()
    expect(mediaStore.files.size).toBe(0)
    expect(world.jobs().filter(({ name }) => name === 'remove-media')).toMatchObject([{ payload: { keys: [expect.any(String)] } }])
  })

  test('whose job was lost is asked for again', async () => {
    const { world, time, places, work, wakeMedia, state } = await receiving('image')
    world.arrange(({ jobs }) => jobs.clear())
    places.set(url, jpeg())
    await wakeMedia()
    expect(await work()).toBe(0)
    time.now += minutes(3)
    await wakeMedia()
    await wakeMedia()
    expect(await work()).toBe(1)
    expect(state()).toBe('stored')
  })
})

describe('a story', () => {
  test('is looked at and never copied, redirected to while it is there, and over after a day', async () => {
    const { places, asked, work, nextAt, time, state, openMedia, ref, mediaStore } = await receiving('story_mention')
    const posted = time.now
    places.set(url, jpeg())
    for (const after of [hours(1), hours(6), hours(24)]) {
      await work()
      expect([state(), nextAt()]).toEqual(['pending', posted + after])
      expect(await openMedia(ref)).toEqual(ok({ is: 'elsewhere', url }))
      time.now = posted + after
    }
    await work()
    expect([state(), nextAt(), mediaStore.files.size, asked.length]).toEqual(['expired', undefined, 0, 3])
    expect(await openMedia(ref)).toMatchObject({ error: { code: 'media.expired' } })
  })

  test.each(['javascript:alert(1)', 'file:///etc/passwd', 'no address'])('that is said to be at %j is nowhere', async (place) => {
    const { receive, time, attachments, openMedia, accountId } = await start()
    await receive(happening({ kind: 'message-received', payload: writes('story_mention', place) }, time.now))
    const id = attachments()[0]?.id ?? 0
    expect(await openMedia({ accountId, kind: 'attachments', id })).toMatchObject({ error: { code: 'media.withheld' } })
  })

  test('that is taken down is withheld, with its link', async () => {
    const { places, work, time, nextAt, attachments, openMedia, ref } = await receiving('ig_story')
    places.set(url, jpeg())
    await work()
    places.set(url, { code: 'download.gone', status: 404 })
    time.now = nextAt() ?? 0
    await work()
    expect(attachments()).toMatchObject([{ mediaState: 'withheld', externalUrl: null }])
    expect(await openMedia(ref)).toMatchObject({ error: { code: 'media.withheld' } })
  })
})

describe('the store', () => {
  test('is swept of files of which no row knows, and of nothing else', async () => {
    const { places, work, mediaStore, sweepMedia, removeMedia, accountId, key, state } = await receiving('image')
    places.set(url, jpeg())
    await work()
    async function* content() {
      yield jpeg(3)
    }
    const strays = [`${accountId}/attachments/987654`, `${accountId + 1000}/attachments/1`, `${accountId}/avatars/5`] as const
    for (const stray of strays) await mediaStore.put(stray, content())
    await mediaStore.put(`${accountId}/exports/x-1`, content())
    await sweepMedia()
    expect([...mediaStore.files.keys()].toSorted()).toEqual([key, `${accountId}/exports/x-1`].toSorted())
    expect(state()).toBe('stored')
    await removeMedia({ keys: [`${accountId}/exports/x-1`] })
    expect(mediaStore.files.size).toBe(1)
  })
})
