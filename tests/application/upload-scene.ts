import { createHash } from 'node:crypto'
import { md5 } from '#adapters/crypto/md5.ts'
import { createAnnounceUpload } from '#application/media/announce-upload.ts'
import { createCopies } from '#application/media/copies.ts'
import { createDropUploads } from '#application/media/drop-uploads.ts'
import { createFetchUpload } from '#application/media/fetch-upload.ts'
import { createKeepUpload } from '#application/media/keep-upload.ts'
import { createTakeInUpload } from '#application/media/take-in-upload.ts'
import { createUploadFile } from '#application/media/upload-file.ts'
import type { Attached } from '#application/messages/attach-uploads.ts'
import { hours } from '#domain/shared/instant.ts'
import { createFakeDownloads } from '../fakes/downloads.ts'
import { startDelivery } from './delivery-scene.ts'
import { uploadIds } from './support.ts'

export const png = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2, 3])
export const checksumOf = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('base64')

export async function* chunks(...bytes: Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* bytes
}

/** A shop in which `ann` has written, whose provider takes images of up to 20 bytes. */
export const start = async () => {
  const scene = await startDelivery(async () => ({ ok: true, value: { externalId: crypto.randomUUID() } }), {
    limits: { textBytes: 1000, media: [{ type: 'image', contentTypes: ['image/png'], bytes: 20 }] },
    replyWindow: async () => ({ standard: hours(24) }),
  })
  const { world, mediaStore, time, accountId } = scene
  const network = createFakeDownloads()
  const copies = createCopies({ ...network, mediaStore })
  const all = { ...world, mediaStore, copies, uploadIds, md5, clock: { now: () => time.now } }
  const [dropUploads, keepUpload] = [createDropUploads(all), createKeepUpload(all)]
  const uploadFile = createUploadFile({ ...all, dropUploads })
  const displayId = await scene.meet('ann')
  const upload = async (content = png, name = 'a.png') => {
    const uploaded = await uploadFile({ accountId, name, contentType: 'image/png', content: chunks(content) })
    const kept = uploaded.ok ? await keepUpload(accountId, uploaded.value) : uploaded
    if (!kept.ok) throw new Error(kept.error.code)
    return kept.value
  }
  const announceUpload = createAnnounceUpload(all)
  const takeInUpload = createTakeInUpload(all)
  const announce = async (content = png, changes: { size?: number; md5?: string; contentType?: string } = {}) => {
    const file = { name: 'a.png', contentType: 'image/png', size: content.length, md5: checksumOf(content), ...changes }
    const announced = await announceUpload({ accountId, displayId, file })
    if (!announced.ok) throw new Error(announced.error.code)
    const { id, address } = announced.value
    const signature = address.split('/').at(-1) ?? ''
    const bring = async (...pieces: Uint8Array[]) => {
      const taken = await takeInUpload({ accountId, id, signature, content: chunks(...pieces) })
      return taken.ok ? 'ok' : taken.error.code
    }
    return { ...announced.value, signature, bring }
  }
  const send = async (
    files: readonly Attached[],
    more: { content?: string; private?: boolean; displayId?: number; accountId?: number } = {},
  ) => {
    const author = { kind: 'user', id: 1 } as const
    const sent = await scene.sendMessage({
      accountId,
      displayId,
      author,
      content: 'x',
      private: false,
      contentAttributes: {},
      files,
      ...more,
    })
    return sent.ok ? sent.value.messageId : sent.error.code
  }
  const titles = async (messageId: string | number) =>
    (await world.queries.message(accountId, Number(messageId)))?.attachments.map(({ title, contentType }) => [title, contentType])
  const fetchUpload = createFetchUpload({ ...all, dropUploads, keepUpload })
  return { ...scene, ...network, all, displayId, upload, uploadFile, announceUpload, announce, takeInUpload, fetchUpload, send, titles }
}
