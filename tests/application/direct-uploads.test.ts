import { describe, expect, test } from 'vitest'
import { mostUploaded } from '#application/media/upload-file.ts'
import { hours } from '#domain/shared/instant.ts'
import { checksumOf, chunks, png, start } from './upload-scene.ts'

describe('a file that is announced', () => {
  test('is taken in as it comes, is what its content says, and is sent by its id', async () => {
    const { announce, send, titles, mediaStore, accountId } = await start()
    const { id, uploadId, bring } = await announce(png, { contentType: 'application/pdf' })
    expect(await bring(png.subarray(0, 3), png.subarray(3))).toBe('ok')
    expect(mediaStore.files.get(`${accountId}/attachments/${id}`)).toEqual(png)
    expect(await titles(await send([{ uploadId }]))).toEqual([['a.png', 'image/png']])
  })

  test('has to be what was announced, to the byte, and may be brought again', async () => {
    const { announce, send, mediaStore } = await start()
    const { uploadId, bring } = await announce()
    const other = png.map((byte, n) => (n === 9 ? byte + 1 : byte))
    expect(await bring(png, Uint8Array.of(0))).toBe('upload.size_differs')
    expect(await bring(png.subarray(1))).toBe('upload.size_differs')
    expect(await bring()).toBe('upload.size_differs')
    expect(await bring(other)).toBe('upload.checksum_differs')
    expect([mediaStore.files.size, await send([{ uploadId }])]).toEqual([0, 'message.attachments_not_uploaded'])
    expect([await bring(png), await bring(other), await bring()]).toEqual(['ok', 'ok', 'ok'])
    expect([...mediaStore.files.values()]).toEqual([png])
  })

  test('is checked while it comes, not when all of it is there', async () => {
    const { announce, takeInUpload, accountId, mediaStore } = await start()
    const { id, signature } = await announce()
    let pulled = 0
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (; pulled < 1000; pulled++) yield new Uint8Array(1000)
    }
    const taken = await takeInUpload({ accountId, id, signature, content: endless() })
    expect(taken).toMatchObject({ ok: false, error: { code: 'upload.size_differs' } })
    expect([pulled < 3, mediaStore.files.size]).toEqual([true, 0])
  })

  test('is awaited for an hour, at its own address alone, and until a message has it', async () => {
    const { announce, takeInUpload, accountId, time, send } = await start()
    const [first, second] = [await announce(), await announce()]
    for (const [id, signature, account] of [
      [second.id, first.signature, accountId],
      [first.id, first.signature, accountId + 1],
      [first.id, '', accountId],
      [first.id, first.uploadId.split('.')[1] ?? '', accountId],
    ] as const) {
      const taken = await takeInUpload({ accountId: account, id, signature, content: chunks(png) })
      expect(taken).toMatchObject({ ok: false, error: { code: 'upload.unknown' } })
    }
    time.now += hours(1)
    expect(await first.bring(png)).toBe('ok')
    time.now += 1
    expect(await second.bring(png)).toBe('upload.unknown')
    await send([{ uploadId: first.uploadId }])
    expect(await first.bring(png)).toBe('upload.unknown')
  })

  test('may be brought twice at once', async () => {
    const { announce, send, titles } = await start()
    const { uploadId, bring } = await announce()
    expect(await Promise.all([bring(png), bring(png), bring(png)])).toEqual(['ok', 'ok', 'ok'])
    expect(await titles(await send([{ uploadId }]))).toHaveLength(1)
  })

  test('has a size that may be, and a conversation that is there', async () => {
    const { announceUpload, accountId, displayId, world } = await start()
    const code = async (changes: { size?: number; displayId?: number; accountId?: number }) => {
      const { size = 1, ...where } = changes
      const file = { name: 'a', contentType: '', size, md5: checksumOf(png) }
      const announced = await announceUpload({ accountId, displayId, file, ...where })
      return announced.ok ? 'ok' : announced.error.code
    }
    expect(await code({ size: 0 })).toBe('attachment.empty')
    expect([await code({ size: mostUploaded }), await code({ size: mostUploaded + 1 })]).toEqual(['ok', 'upload.too_large'])
    expect([await code({ displayId: 99 }), await code({ accountId: accountId + 1 })]).toEqual(Array(2).fill('conversation.unknown'))
    expect(world.state().uploadReservations.size).toBe(1)
  })
})

describe('a file that is got from an address', () => {
  const url = 'https://cdn.example/pictures/M%C3%BChle%00.png?x=1'

  test('has the name and the content that lie there', async () => {
    const { fetchUpload, places, accountId, send, titles } = await start()
    places.set(url, png)
    const fetched = await fetchUpload(accountId, url)
    expect(await titles(await send(fetched.ok ? [fetched.value] : []))).toEqual([['Mühle.png', 'image/png']])
  })

  test('leaves nothing where it does not come', async () => {
    const { fetchUpload, places, accountId, mediaStore, world, asked } = await start()
    const code = async (lies?: Parameters<typeof places.set>[1], at = url) => {
      if (lies) places.set(at, lies)
      const fetched = await fetchUpload(accountId, at)
      return fetched.ok ? 'ok' : fetched.error.code
    }
    expect(await code({ code: 'download.refused' })).toBe('upload.address_refused')
    expect(await code({ code: 'download.gone', status: 404 })).toBe('upload.address_unavailable')
    expect(await code({ code: 'download.unavailable' })).toBe('upload.address_unavailable')
    expect(await code({ code: 'download.too_large' })).toBe('upload.too_large')
    expect(await code(new Uint8Array(0))).toBe('attachment.empty')
    const before = asked.length
    expect(await code(undefined, 'no address')).toBe('upload.address_refused')
    expect(asked).toHaveLength(before)
    expect([mediaStore.files.size, world.state().uploadReservations.size]).toEqual([0, 0])
    expect(await code(png, 'https://cdn.example/%E0%A4%A')).toBe('ok')
  })
})
