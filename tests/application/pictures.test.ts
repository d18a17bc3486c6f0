import { describe, expect, test } from 'vitest'
import { seconds } from '#domain/shared/instant.ts'
import { ok } from '#domain/shared/result.ts'
import { startBridge } from './bridge-support.ts'
import { jpeg, page, withMedia } from './media-scene.ts'
import { happening, received, startApplication } from './support.ts'

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
