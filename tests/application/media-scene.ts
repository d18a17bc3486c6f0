import type { Job } from '#application/jobs.ts'
import { createCopies } from '#application/media/copies.ts'
import { createFetchMedia } from '#application/media/fetch-media.ts'
import { createOpenMedia } from '#application/media/open-media.ts'
import { createRemoveMedia } from '#application/media/remove-media.ts'
import { createSweepMedia } from '#application/media/sweep-media.ts'
import { createWakeMedia } from '#application/media/wake-media.ts'
import type { MediaRef } from '#application/ports/media.ts'
import { createFakeDownloads } from '../fakes/downloads.ts'
import { createFakeMediaStore } from '../fakes/media-store.ts'
import { change } from '../fakes/state.ts'
import { happening, received, startApplication } from './support.ts'

export const url = 'https://cdn.example/1'
export const jpeg = (size = 500): Uint8Array => {
  const bytes = new Uint8Array(size).map((_, n) => n % 256)
  bytes.set([0xff, 0xd8, 0xff])
  return bytes
}
export const page = new TextEncoder().encode('<!doctype html><title>Sign in</title>')

type Shop = Awaited<ReturnType<typeof startApplication>>

export const withMedia = <S extends Pick<Shop, 'world' | 'time'>>(shop: S) => {
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

export const start = async () => withMedia(await startApplication(async () => Promise.reject(new Error('Nothing is sent here.'))))

export const writes = (type: string, at = url) => received('mid', 'look', { attachments: [{ type, url: at, title: null, meta: {} }] })

/** A shop to which somebody has sent one attachment. */
export const receiving = async (type: string) => {
  const shop = await start()
  await shop.receive(happening({ kind: 'message-received', payload: writes(type) }, shop.time.now))
  const [attachment] = shop.attachments()
  const ref: MediaRef = { accountId: shop.accountId, kind: 'attachments', id: attachment!.id }
  return { ...shop, ref, key: `${shop.accountId}/attachments/${attachment!.id}`, state: () => shop.attachments()[0]?.mediaState }
}
