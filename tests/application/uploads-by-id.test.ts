import { describe, expect, test } from 'vitest'
import { createOpenMedia } from '#application/media/open-media.ts'
import { mostUnused } from '#application/media/reserve-upload.ts'
import { createSweepMedia } from '#application/media/sweep-media.ts'
import { mostUploaded } from '#application/media/upload-file.ts'
import { hours } from '#domain/shared/instant.ts'
import { uploadIds } from './support.ts'
import { chunks, png, start } from './upload-scene.ts'

const none = 'message.attachments_not_uploaded'

describe('a file that was uploaded before', () => {
  test('is sent by its id, once, and reaches the provider', async () => {
    const { upload, send, titles, work, time, world } = await start()
    const { uploadId, id } = await upload()
    const sent = await send([{ uploadId }])
    expect(await titles(sent)).toEqual([['a.png', 'image/png']])
    expect(world.state().attachments.get(id)).toMatchObject({ mediaState: 'stored', size: png.length })
    await work(time.now + 1000)
    const parts = [...world.state().parts.values()].filter(({ messageId }) => messageId === sent)
    expect(parts).toMatchObject([{ kind: 'attachment', state: 'accepted', payload: { media: { type: 'image', files: [{ id }] } } }, {}])
    const before = world.state().messages.size
    expect(await send([{ uploadId }])).toBe(none)
    expect(world.state().messages.size).toBe(before)
  })

  test('keeps its place among files that come with the message', async () => {
    const { upload, uploadFile, send, titles, accountId } = await start()
    const [one, two] = [await upload(png, '1'), await upload(png, '3')]
    const uploaded = await uploadFile({ accountId, name: '2', contentType: '', content: chunks(png) })
    const sent = await send([{ uploadId: one.uploadId }, ...(uploaded.ok ? [uploaded.value] : []), { uploadId: two.uploadId }])
    expect((await titles(sent))?.map(([title]) => title)).toEqual(['1', '2', '3'])
  })

  test('is still to be had after a message was refused, for whatever reason', async () => {
    const { upload, send, time, meet, world } = await start()
    const [small, large] = [await upload(), await upload(Uint8Array.from([...png, ...Array(10).fill(0)]), 'large.png')]
    const files = [{ uploadId: small.uploadId }]
    expect(await send([...files, { uploadId: large.uploadId }])).toBe('attachment.too_large')
    expect(await send([...files, { uploadId: 'no' }])).toBe(none)
    expect(await send(files, { displayId: 99 })).toBe('conversation.unknown')
    time.now += hours(24) + 1
    expect(await send(files)).toBe('message.outside_window')
    expect(world.state().attachments.size).toBe(0)
    expect(await send([{ uploadId: large.uploadId }], { private: true })).toEqual(expect.any(Number))
    expect(await send(files, { displayId: await meet('bob') })).toEqual(expect.any(Number))
  })

  test('is none in another account, twice in one message, before it is there, or with another signature', async () => {
    const { upload, announce, send, accountId, world } = await start()
    const { uploadId, id } = await upload()
    const theirs = await uploadIds.sign({ accountId: accountId + 1, id })
    for (const files of [[theirs], [uploadId, uploadId], [(await announce()).uploadId], [`${id}.${'A'.repeat(22)}`], [`${id}`], ['']])
      expect(await send(files.map((uploadId) => ({ uploadId })))).toBe(none)
    expect(await send(Array(16).fill({ uploadId }), { private: true })).toBe('attachment.too_many')
    expect(world.state().attachments.size).toBe(0)
    expect(await send([{ uploadId }])).toEqual(expect.any(Number))
  })

  test('goes to one of many that send it at once', async () => {
    const { upload, send, meet } = await start()
    const { uploadId } = await upload()
    const others = [await meet('bob'), await meet('cid'), await meet('dan')]
    const sent = await Promise.all(others.map((displayId) => send([{ uploadId }], { displayId })))
    expect(sent.filter((each) => typeof each === 'number')).toHaveLength(1)
    expect(sent.filter((each) => each === none)).toHaveLength(2)
  })

  test('is swept after a day, unless a message has it', async () => {
    const { upload, announce, send, all, time, mediaStore, accountId } = await start()
    const [used, unused, announced] = [await upload(), await upload(), await announce()]
    expect(await announced.bring(png)).toBe('ok')
    await send([{ uploadId: used.uploadId }])
    const sweep = createSweepMedia(all)
    time.now += hours(24)
    await sweep()
    expect(mediaStore.files.size).toBe(3)
    time.now += 1
    await sweep()
    expect([...mediaStore.files.keys()]).toEqual([`${accountId}/attachments/${used.id}`])
    expect(await send([{ uploadId: unused.uploadId }], { private: true })).toBe(none)
  })

  test('is shown at the same address before and after it was sent', async () => {
    const { upload, send, all, accountId } = await start()
    const { uploadId, id } = await upload()
    const open = async () => createOpenMedia(all)({ accountId, kind: 'attachments', id })
    const before = await open()
    expect(before).toMatchObject({ ok: true, value: { contentType: 'image/png', size: png.length } })
    await send([{ uploadId }])
    expect(await open()).toMatchObject({ ok: true, value: { contentType: 'image/png', size: png.length } })
  })

  test('is one of so many that may lie unused, counted for an hour', async () => {
    const { upload, send, world, time, accountId, announceUpload, displayId, fetchUpload, places } = await start()
    const { uploadId } = await upload()
    world.arrange(({ uploadReservations: rows }) => {
      for (let n = 1; n < mostUnused; n++) rows.set(1_000_000 + n, { accountId, at: time.now, name: 'a.png', announced: null, kept: null })
    })
    await expect(upload()).rejects.toThrow('upload.too_many_unused')
    const file = { name: 'a', contentType: '', size: 1, md5: '' }
    expect(await announceUpload({ accountId, displayId, file })).toMatchObject({ error: { code: 'upload.too_many_unused' } })
    places.set('https://cdn.example/a', png)
    expect(await fetchUpload(accountId, 'https://cdn.example/a')).toMatchObject({ error: { code: 'upload.too_many_unused' } })
    await send([{ uploadId }])
    time.now += hours(1) + 1
    expect(await upload()).toMatchObject({ uploadId: expect.any(String) })
  })

  test('is forgotten where it is empty, too large or breaks off', async () => {
    const { uploadFile, accountId, mediaStore, world } = await start()
    const broken = new Error('The connection is gone.')
    async function* brokenOff(): AsyncGenerator<Uint8Array> {
      yield png
      throw broken
    }
    const take = (content: AsyncIterable<Uint8Array>) => uploadFile({ accountId, name: 'x', contentType: '', content })
    expect(await take(chunks())).toMatchObject({ error: { code: 'attachment.empty' } })
    const half = new Uint8Array(mostUploaded / 2)
    expect(await take(chunks(half, half, png))).toMatchObject({ error: { code: 'upload.too_large', limit: mostUploaded } })
    await expect(take(brokenOff())).rejects.toBe(broken)
    expect([mediaStore.files.size, world.state().uploadReservations.size]).toEqual([0, 0])
  })

  test('is not kept out by files of messages, those on their way or those that came to nothing', async () => {
    const { upload, uploadFile, accountId, world } = await start()
    const take = (content: AsyncIterable<Uint8Array>) => uploadFile({ accountId, name: 'x', contentType: '', content })
    const mayGoOn = Promise.withResolvers<void>()
    async function* slowly(): AsyncGenerator<Uint8Array> {
      await mayGoOn.promise
      yield png
    }
    const many = Array.from({ length: mostUnused + 1 })
    const onTheirWay = many.map(() => take(slowly()))
    await Promise.all(many.map(() => take(chunks())))
    expect(world.state().uploadReservations.size).toBe(many.length)
    expect(await upload()).toMatchObject({ uploadId: expect.any(String) })
    mayGoOn.resolve()
    const taken = await Promise.all(onTheirWay)
    expect(taken.every(({ ok }) => ok)).toBe(true)
    expect(await upload()).toMatchObject({ uploadId: expect.any(String) })
  })
})
