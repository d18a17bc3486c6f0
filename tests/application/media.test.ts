import { describe, expect, test } from 'vitest'
import type { Job } from '#application/jobs.ts'
import { createCopies } from '#application/media/copies.ts'
import { createFetchMedia } from '#application/media/fetch-media.ts'
import { createOpenMedia } from '#application/media/open-media.ts'
import { createRemoveMedia } from '#application/media/remove-media.ts'
import { createSweepMedia } from '#application/media/sweep-media.ts'
import { createWakeMedia } from '#application/media/wake-media.ts'
import type { MediaRef } from '#application/ports/media.ts'
import { hours, minutes, seconds } from '#domain/shared/instant.ts'
import { ok } from '#domain/shared/result.ts'
import { createFakeDownloads } from '../fakes/downloads.ts'
import { createFakeMediaStore } from '../fakes/media-store.ts'
import { change } from '../fakes/state.ts'
import { startBridge } from './bridge-support.ts'
import { happening, received, startApplication } from './support.ts'

const url = 'https://cdn.example/1'
const jpeg = (size = 500): Uint8Array => {
  const bytes = new Uint8Array(size).map((_, n) => n % 256)
  bytes.set([0xff, 0xd8, 0xff])
  return bytes
}
const page = new TextEncoder().encode('<!doctype html><title>Sign in</title>')

type Shop = Awaited<ReturnType<typeof startApplication>>

const withMedia = <S extends Pick<Shop, 'world' | 'time'>>(shop: S) => {
  const { world, time } = shop
  const network = createFakeDownloads()
  const mediaStore = createFakeMediaStore()
  const copies = createCopies({ ...network, mediaStore })
  const all = { ...world, copies, mediaStore, clock: { now: () => time.now } }
  const fetchMedia = createFetchMedia(all)
  const due = (job: Job): boolean => job.name === 'fetch-media' && (job.at ?? 0) <= time.now
  /** Runs the waiting downloads that are due, once each. */
  const work = async (): Promise<number> => {
    const jobs = world.jobs().filter(due)
    world.arrange((state) => {
      for (const [id, { job }] of state.jobs) if (due(job)) change(state.jobs, id, { state: 'begun' })
    })
    for (const job of jobs) if (job.name === 'fetch-media') await fetchMedia(job.payload)
    return jobs.length
  }
  const nextAt = () => world.jobs().find(({ name }) => name === 'fetch-media')?.at
  return {
    ...{ ...shop, ...network, mediaStore, fetchMedia, work, nextAt },
    openMedia: createOpenMedia(all),
    sweepMedia: createSweepMedia(all),
    wakeMedia: createWakeMedia(all),
    removeMedia: createRemoveMedia(all),
    attachments: () => world.look((state) => [...state.attachments.values()]),
    avatars: () => world.look((state) => [...state.avatars.values()]),
  }
}

const start = async () => withMedia(await startApplication(async () => Promise.reject(new Error('Nothing is sent here.'))))

const writes = (type: string, at = url) => received('mid', 'look', { attachments: [{ type, url: at, title: null, meta: {} }] })

/** A shop to which somebody has sent one attachment. */
const receiving = async (type: string) => {
  const shop = await start()
  await shop.receive(happening({ kind: 'message-received', payload: writes(type) }, shop.time.now))
  const [attachment] = shop.attachments()
  const ref: MediaRef = { accountId: shop.accountId, kind: 'attachments', id: attachment!.id }
  return { ...shop, ref, key: `${shop.accountId}/attachments/${attachment!.id}`, state: () => shop.attachments()[0]?.mediaState }
}

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

describe('a picture of somebody', () => {
  const open = async () => {
    const profile = { current: 'https://cdn.example/ada-1.jpg' }
    const shop = withMedia(
      await startApplication(async () => Promise.reject(new Error('Nothing is sent here.')), {
        fetchProfile: async () => ok({ name: 'Ada', username: 'ada', pictureUrl: profile.current, attributes: {} }),
      }),
    )
    await shop.receive(happening({ kind: 'message-received', payload: received('mid', 'hi') }, shop.time.now))
    const [contactInbox] = shop.world.state().contactInboxes.values()
    const look = () => shop.fetchProfile({ accountId: shop.accountId, inboxId: shop.inboxId, contactInboxId: contactInbox!.id })
    const shown = async () => (await shop.world.queries.contact(shop.accountId, contactInbox!.contactId))?.avatarId
    return { ...shop, profile, look, shown }
  }

  test('comes with the profile, changes with it, and the old one is shown until the new one is here', async () => {
    const { places, work, look, shown, profile, avatars, world, time } = await open()
    places.set(profile.current, jpeg())
    await look()
    expect(await shown()).toBeNull()
    await work()
    const first = await shown()
    expect(first).toBe(avatars()[0]?.id)
    await look()
    expect(await work()).toBe(0)
    profile.current = 'https://cdn.example/ada-2.jpg'
    await look()
    await work()
    expect(await shown()).toBe(first)
    places.set(profile.current, jpeg(900))
    time.now += seconds(10)
    await work()
    expect(await shown()).not.toBe(first)
    expect(avatars()).toHaveLength(1)
    expect(world.jobs().filter(({ name }) => name === 'remove-media')).toMatchObject([
      { payload: { keys: [expect.stringMatching(new RegExp(`/avatars/${first}$`))] } },
    ])
  })

  test('has to be a picture of a kind that no browser runs, and not too large', async () => {
    const pdf = new TextEncoder().encode('%PDF-1.7')
    const svg = new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg"/>')
    for (const lying of [pdf, svg, page, jpeg(16 * 1024 * 1024)]) {
      const { places, work, look, shown, profile, avatars, mediaStore } = await open()
      places.set(profile.current, lying)
      await look()
      await work()
      expect([await shown(), avatars()[0]?.mediaState, mediaStore.files.size]).toEqual([null, 'failed', 0])
    }
  })

  test('that the account’s software names is copied; without one Gravatar is asked, and asked again when it fails', async () => {
    const shop = withMedia(await startBridge())
    const create = (more: object) => shop.createContact({ ...shop.contact, ...more })
    await create({ avatarUrl: 'https://shop.example/ada.png', email: 'ada@shop.example' })
    await create({ email: 'bea@shop.example' })
    await create({})
    expect(shop.avatars().map(({ externalUrl }) => externalUrl)).toEqual([
      'https://shop.example/ada.png',
      'https://gravatar.example/bea@shop.example',
    ])
    shop.places.set('https://shop.example/ada.png', jpeg())
    await shop.work()
    shop.places.set('https://gravatar.example/bea@shop.example', jpeg())
    shop.time.now = shop.nextAt() ?? 0
    expect(await shop.work()).toBe(1)
    expect(shop.avatars().map(({ mediaState }) => mediaState)).toEqual(['stored', 'stored'])
  })
})
