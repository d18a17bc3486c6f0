import { describe, expect, test } from 'vitest'
import type { MediaItem, MediaRef } from '#application/ports/media.ts'
import type { Tx } from '#application/ports/unit-of-work.ts'
import { commit, converse, fresh, incoming, noon, openOffice } from './scenario.ts'
import { type OpenSubject, shared } from './subject.ts'

const attachment = (fileType: string, externalUrl: string | null) => ({ fileType, externalUrl, title: null, meta: {} })
const file = { contentType: 'image/png', size: 12, digest: 'ab'.repeat(32) }

export const mediaContract = (open: OpenSubject): void => {
  const subject = shared(open)
  const run = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => commit(subject().unitOfWork, work)
  const start = async () => converse(subject(), await openOffice(subject()))
  const find = (ref: MediaRef) => run((tx) => tx.media.find(ref))

  /** A message with a picture, a story, a link and nothing. */
  const written = async () => {
    const conversation = await start()
    const attachments = [
      attachment('image', 'https://cdn/1.jpg'),
      attachment('ig_story', 'https://cdn/2.jpg'),
      attachment('fallback', 'https://shop'),
      attachment('image', null),
    ]
    const [messageId = 0] = await run((tx) => tx.messages.insert([incoming(conversation, noon, { attachments })]))
    const items = await run((tx) => tx.media.ofMessages([messageId]))
    return { ...conversation, messageId, items, picture: items[0]! }
  }

  test('of a message, those that are to be got or looked at', async () => {
    const { accountId, messageId, items } = await written()
    const common = { accountId, kind: 'attachments', ownerId: messageId, state: 'pending', attempts: 0, dueAt: noon, postedAt: noon }
    expect(items).toEqual([
      { ...common, id: expect.any(Number), fileType: 'image', externalUrl: 'https://cdn/1.jpg' },
      { ...common, id: expect.any(Number), fileType: 'ig_story', externalUrl: 'https://cdn/2.jpg' },
    ])
    expect(await run((tx) => tx.media.ofMessages([]))).toEqual([])
    const views = (await subject().queries.message(accountId, messageId))?.attachments
    expect(views?.map(({ mediaState }) => mediaState)).toEqual(['pending', 'pending', 'withheld', 'withheld'])
  })

  test('what came of one is kept, in its own account alone', async () => {
    const [{ picture }, elsewhere] = [await written(), await start()]
    const stored: MediaItem = { ...picture, state: 'stored', attempts: 2, dueAt: null }
    await run((tx) => tx.media.save({ ...stored, accountId: elsewhere.accountId, externalUrl: 'stolen' }, file))
    expect(await find(picture)).toEqual(picture)
    expect(await find({ ...picture, accountId: elsewhere.accountId })).toBeUndefined()
    await run((tx) => tx.media.save(stored, file))
    expect(await find(picture)).toEqual(stored)
    expect(await subject().queries.mediaFile(picture)).toEqual({
      state: 'stored',
      fileType: 'image',
      externalUrl: 'https://cdn/1.jpg',
      ...file,
    })
    expect(await subject().queries.mediaFile({ ...picture, accountId: elsewhere.accountId })).toBeUndefined()
    expect(await subject().queries.mediaFile({ ...picture, kind: 'avatars' })).toBeUndefined()
    const failed: MediaItem = { ...stored, state: 'failed', externalUrl: null, dueAt: noon + 5 }
    await run((tx) => tx.media.save(failed))
    expect(await find(picture)).toEqual(failed)
    expect(await subject().queries.mediaFile(picture)).toMatchObject({ state: 'failed', size: 12 })
  })

  test('those that are due, in batches', async () => {
    const { picture, items } = await written()
    const [, story] = items
    const due = (by: number, after = picture.id - 1, limit = 10) => run((tx) => tx.media.due('attachments', by, after, limit))
    const refs = [picture, story!].map(({ accountId, kind, id }) => ({ accountId, kind, id }))
    expect(await due(noon)).toEqual(refs)
    expect(await due(noon, picture.id - 1, 1)).toEqual(refs.slice(0, 1))
    expect(await due(noon, picture.id)).toEqual(refs.slice(1))
    expect(await due(noon - 1)).toEqual([])
    await run((tx) => tx.media.save({ ...picture, state: 'stored', dueAt: null }, file))
    expect(await due(noon)).toEqual(refs.slice(1))
  })

  test('which of them an account has', async () => {
    const [{ accountId, picture, messageId }, other] = [await written(), await written()]
    const known = (account: number, ...ids: number[]) => run((tx) => tx.media.known(account, 'attachments', ids))
    expect(await known(accountId, picture.id, other.picture.id, 999_999_999)).toEqual([picture.id])
    expect(await known(accountId)).toEqual([])
    expect(await run((tx) => tx.messages.removeAttachments(messageId))).toHaveLength(4)
    expect(await known(accountId, picture.id)).toEqual([])
    expect(await run((tx) => tx.messages.removeAttachments(messageId))).toEqual([])
  })

  describe('a picture of a contact', () => {
    const meet = async () => {
      const { accountId, contactId } = await start()
      const want = (url: string, at = noon) => run(async (tx) => (await tx.media.wantAvatars([{ accountId, contactId, url, at }]))[0])
      const settle = async (ref: MediaRef, state: MediaItem['state']) => {
        const item = (await find(ref))!
        await run((tx) => tx.media.save({ ...item, state, dueAt: null }, file))
        return item
      }
      const shown = async () => (await subject().queries.contact(accountId, contactId))?.avatarId
      return { accountId, contactId, want, settle, shown }
    }

    test('is wanted once for each place where it is', async () => {
      const { accountId, contactId, want } = await meet()
      const url = `https://cdn/${fresh('a\0')}`
      const ref = await want(url)
      expect(ref).toEqual({ accountId, kind: 'avatars', id: expect.any(Number) })
      expect(await want(url)).toBeUndefined()
      const kept = { kind: 'avatars', ownerId: contactId, fileType: 'avatar', externalUrl: url.replace('\0', '\ufffd') }
      expect(await find(ref!)).toMatchObject({ ...kept, state: 'pending', attempts: 0, dueAt: noon, postedAt: noon })
      const elsewhere = { accountId: 987_654_321, contactId, url: 'x', at: noon }
      expect(await run((tx) => tx.media.wantAvatars([elsewhere]))).toEqual([])
      expect(await run((tx) => tx.media.wantAvatars([]))).toEqual([])
    })

    test('several are wanted in one go, one for each contact', async () => {
      const [one, two] = [await meet(), await meet()]
      const first = await one.want('https://cdn/1')
      const wanted = [
        { ...one, url: 'https://cdn/1', at: noon },
        { ...two, url: 'https://cdn/2', at: noon },
        { ...two, url: 'https://cdn/3', at: noon },
      ].map(({ accountId, contactId, url, at }) => ({ accountId, contactId, url, at }))
      const refs = await run((tx) => tx.media.wantAvatars(wanted))
      expect(refs).toMatchObject([{ accountId: two.accountId, kind: 'avatars' }])
      expect(await find(refs[0]!)).toMatchObject({ externalUrl: 'https://cdn/2' })
      expect(await find(first!)).toMatchObject({ externalUrl: 'https://cdn/1' })
    })

    test('that could not be had is begun again when it is wanted again', async () => {
      const { want, settle } = await meet()
      const ref = await want('https://cdn/a')
      for (const state of ['failed', 'expired'] as const) {
        await settle(ref!, state)
        expect(await want('https://cdn/a', noon + 9)).toEqual(ref)
        expect(await find(ref!)).toMatchObject({ state: 'pending', attempts: 0, dueAt: noon + 9 })
      }
      await settle(ref!, 'stored')
      expect(await want('https://cdn/a')).toBeUndefined()
    })

    test('is shown until the next one is there, and then it goes', async () => {
      const { want, settle, shown } = await meet()
      expect(await shown()).toBeNull()
      const first = await want('https://cdn/a')
      expect(await shown()).toBeNull()
      await settle(first!, 'stored')
      const second = await want('https://cdn/b')
      expect(await shown()).toBe(first?.id)
      const item = await settle(second!, 'stored')
      expect(await shown()).toBe(second?.id)
      expect(await run((tx) => tx.media.dropOlderAvatars(item))).toEqual([first])
      expect(await run((tx) => tx.media.dropOlderAvatars(item))).toEqual([])
      expect(await find(first!)).toBeUndefined()
    })
  })

  test('ids are reserved for files that come before their messages, and count as known meanwhile', async () => {
    const [{ accountId, picture, ...conversation }, elsewhere] = [await written(), await start()]
    const reserve = (at: number) => run((tx) => tx.uploads.reserve(accountId, at))
    const [one, two, old] = [await reserve(noon), await reserve(noon), await reserve(noon - 5)]
    const known = (kind: MediaRef['kind'] = 'attachments', id = accountId) =>
      run((tx) => tx.media.known(id, kind, [picture.id, one, two, old]))
    expect(new Set([picture.id, one, two, old]).size).toBe(4)
    expect(await known()).toEqual([picture.id, one, two, old])
    expect(await known('avatars')).toEqual([])
    expect(await known('attachments', elsewhere.accountId)).toEqual([])
    await run((tx) => tx.uploads.releaseOlder(noon))
    expect(await known()).toEqual([picture.id, one, two])
    expect(await run((tx) => tx.uploads.release(elsewhere.accountId, [one, two]))).toEqual([])
    expect(await run((tx) => tx.uploads.release(accountId, [two, old]))).toEqual([{ id: two, file: null }])
    expect(await known()).toEqual([picture.id, one])
    const kept = { ...attachment('image', null), title: 'a.png', kept: { id: one, ...file } }
    const message = incoming({ ...conversation, accountId }, noon, { attachments: [attachment('image', 'https://cdn/9.jpg'), kept] })
    const [messageId = 0] = await run((tx) => tx.messages.insert([message]))
    expect((await subject().queries.message(accountId, messageId))?.attachments).toMatchObject([
      { mediaState: 'pending', externalUrl: 'https://cdn/9.jpg', contentType: null },
      { id: one, mediaState: 'stored', externalUrl: null, title: 'a.png', contentType: file.contentType, size: file.size },
    ])
    expect(await run((tx) => tx.media.ofMessages([messageId]))).toHaveLength(1)
    expect(await subject().queries.mediaFile({ accountId, kind: 'attachments', id: one })).toMatchObject({ state: 'stored', ...file })
  })
}
