import { describe, expect, test } from 'vitest'
import { createDropUploads } from '#application/media/drop-uploads.ts'
import { createSweepMedia } from '#application/media/sweep-media.ts'
import { createUploadFile } from '#application/media/upload-file.ts'
import { createRetryMessage } from '#application/messages/retry-message.ts'
import type { OutgoingPart, SentPart } from '#application/ports/outgoing.ts'
import { hours } from '#domain/shared/instant.ts'
import { startDelivery } from './delivery-scene.ts'
import { happening, received } from './support.ts'

const png = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2, 3])
const mp4 = new TextEncoder().encode('\0\0\0\x18ftypmp42....')

async function* chunks(...bytes: Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* bytes
}

type Answer = { readonly ok: true; readonly value: SentPart } | ReturnType<typeof refused>
const refused = () => ({ ok: false, error: { code: 'channel.rejected', class: 'media', detail: { message: 'No.' } } }) as const

/** A shop in which `ann` has written, with a provider that notes what it is told. */
const start = async (answer: (n: number) => Answer | undefined = () => undefined) => {
  const told: string[] = []
  const readAll = async (part: OutgoingPart): Promise<string> => {
    if (part.kind !== 'media') return part.kind === 'text' ? part.text : part.kind
    const bytes = await Promise.all(part.files.map(async (file) => (await new Response(await file.read()).bytes()).length))
    return `${part.type} ${part.files.map(({ url }, n) => `${url?.replace(/\d+$/, '')} ${bytes[n]}`).join(', ')}`
  }
  const scene = await startDelivery(
    async (part) => {
      told.push(await readAll(part))
      return answer(told.length) ?? { ok: true, value: { externalId: `mid-${told.length}` } }
    },
    { limits: { textBytes: 10, media: [{ type: 'image', contentTypes: ['image/png'], bytes: 20 }], imagesTogether: 2 } },
  )
  const { world, mediaStore, time, accountId } = scene
  const all = { unitOfWork: world.unitOfWork, mediaStore, clock: { now: () => time.now }, channels: scene.channels }
  const uploadFile = createUploadFile({ ...all, dropUploads: createDropUploads(all) })
  const upload = async (content: Uint8Array, contentType = 'image/png', name = 'a.png') => {
    const uploaded = await uploadFile({ accountId, name, contentType, content: chunks(content) })
    if (!uploaded.ok) throw new Error(uploaded.error.code)
    return uploaded.value
  }
  const displayId = await scene.meet('ann')
  const send = (content: string, files: Awaited<ReturnType<typeof upload>>[], isPrivate = false) => {
    const author = { kind: 'user', id: 1 } as const
    return scene.sendMessage({ accountId, displayId, author, content, files, private: isPrivate, contentAttributes: {} })
  }
  const parts = () =>
    [...world.state().parts.values()].filter(({ state }) => state !== 'received').map(({ kind, state }) => `${kind} ${state}`)
  return { ...scene, all, told, uploadFile, upload, send, parts, displayId }
}

describe('files that are sent', () => {
  test('go first, images together, and then the words', async () => {
    const { upload, send, work, time, told, parts, world } = await start()
    const sent = await send('what do you think', [await upload(png), await upload(png), await upload(png)])
    await work(time.now + 1000)
    const address = 'https://dove.test/media/1/attachments/ 11'
    expect(told).toEqual([`image ${address}, ${address}`, `image ${address}`, 'what do', 'you think'])
    expect(parts()).toEqual(['attachment accepted', 'attachment accepted', 'text accepted', 'text accepted'])
    const message = sent.ok && (await world.queries.message(1, sent.value.messageId))
    expect(message).toMatchObject({
      content: 'what do you think',
      attachments: Array(3).fill({ mediaState: 'stored', title: 'a.png', size: 11 }),
    })
    expect(world.state().uploadReservations.size).toBe(0)
  })

  test('may go without words', async () => {
    const { upload, send, work, time, told } = await start()
    await send(' ', [await upload(png)])
    await work(time.now + 1000)
    expect(told).toHaveLength(1)
  })

  test('are what their content says, whatever they are called', async () => {
    const { upload } = await start()
    expect((await upload(png, 'application/pdf')).contentType).toBe('image/png')
    expect((await upload(mp4, 'audio/mp4')).contentType).toBe('audio/mp4')
    expect((await upload(mp4, 'video/mp4')).contentType).toBe('video/mp4')
    expect((await upload(new TextEncoder().encode('<html>'), 'image/png')).contentType).toBe('text/html')
  })

  test('that the channel does not take are refused before anything is written', async () => {
    const { upload, send, world, uploadFile, accountId } = await start()
    const before = world.state().messages.size
    const large = new Uint8Array(21)
    large.set(png)
    expect(await send('x', [await upload(large)])).toMatchObject({ error: { code: 'attachment.too_large', limit: 20, name: 'a.png' } })
    expect(await send('x', [await upload(mp4)])).toMatchObject({ error: { code: 'attachment.type_unsupported', contentType: 'video/mp4' } })
    const one = await upload(png)
    expect(await send('x', Array(16).fill(one))).toMatchObject({ error: { code: 'attachment.too_many', limit: 15 } })
    expect(await uploadFile({ accountId, name: 'x', contentType: 'image/png', content: chunks() })).toMatchObject({
      error: { code: 'attachment.empty' },
    })
    expect(world.state().messages.size).toBe(before)
    expect(await send('for colleagues', [await upload(mp4)], true)).toMatchObject({ ok: true })
  })

  test('of which one is refused, the rest goes, and a retry sends that one alone', async () => {
    const { upload, send, work, time, told, parts, all, accountId, displayId, world } = await start((n) =>
      n === 1 ? refused() : undefined,
    )
    const sent = await send('look', [await upload(png)])
    await work(time.now + 1000)
    expect(parts()).toEqual(['attachment refused', 'text accepted'])
    const messageId = sent.ok ? sent.value.messageId : 0
    expect(world.state().messages.get(messageId)).toMatchObject({ status: 'failed', error: { class: 'media' } })
    await createRetryMessage(all)({ accountId, displayId, messageId })
    await work(time.now + 1000)
    expect(parts()).toEqual(['attachment accepted', 'text accepted'])
    expect(told.map((words) => words.split(' ')[0])).toEqual(['image', 'look', 'image'])
    expect(world.state().messages.get(messageId)).toMatchObject({ status: 'sent', error: null })
  })

  test('settle by an echo with the same kinds of files, and by no other', async () => {
    const lost = { ok: false, error: { code: 'channel.uncertain', detail: { message: 'Nobody knows.' } } } as const
    const { upload, send, work, time, parts, receive } = await start(() => lost as never)
    await send('', [await upload(png), await upload(png)])
    await work(time.now + 1000)
    const echo = async (mid: string, types: readonly string[], text: string | null) => {
      const attachments = types.map((type) => ({ type, url: null, title: null, meta: {} }))
      await receive(happening({ kind: 'message-echoed', payload: { ...received(mid, ''), text, attachments } }, time.now, 'ann'))
      return parts()[0]
    }
    expect(await echo('mid-a', ['image'], null)).toBe('attachment uncertain')
    expect(await echo('mid-b', ['image', 'video'], null)).toBe('attachment uncertain')
    expect(await echo('mid-c', ['image', 'image'], 'words')).toBe('attachment uncertain')
    expect(await echo('mid-d', ['image', 'image'], null)).toBe('attachment accepted')
  })
})

describe('files that no message got', () => {
  test('are dropped at once where that is known, unless a message has them after all', async () => {
    const { upload, send, all, accountId, mediaStore } = await start()
    const [given, unused] = [await upload(png), await upload(png)]
    await send('x', [given])
    await createDropUploads(all)(accountId, [given.id, unused.id])
    expect([...mediaStore.files.keys()]).toEqual([`${accountId}/attachments/${given.id}`])
  })

  test('are swept after a day', async () => {
    const { upload, all, time, mediaStore } = await start()
    await upload(png)
    const sweep = createSweepMedia(all)
    time.now += hours(24)
    await sweep()
    expect(mediaStore.files.size).toBe(1)
    time.now += 1
    await sweep()
    expect(mediaStore.files.size).toBe(0)
  })
})
