import { expect, test } from 'vitest'
import type { Tx } from '#application/ports/unit-of-work.ts'
import { err } from '#domain/shared/result.ts'
import { commit, noon, openOffice } from './scenario.ts'
import { type OpenSubject, shared } from './subject.ts'

const file = { contentType: 'image/png', size: 2 ** 40, digest: 'ab'.repeat(32) }
const announced = { name: 'a.png', contentType: 'image/png', size: 12, md5: 'rL0Y20zC+Fzt72VPzMSk2A==' }

export const uploadsContract = (open: OpenSubject): void => {
  const subject = shared(open)
  const run = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => commit(subject().unitOfWork, work)
  const start = async () => {
    const [{ accountId }, other] = [await openOffice(subject()), await openOffice(subject())]
    const reserve = (at = noon, what?: typeof announced | { name: string }) => run((tx) => tx.uploads.reserve(accountId, at, what))
    const keep = (id: number, name = 'a.png', account = accountId) => run((tx) => tx.uploads.keep(account, { id, name, ...file }))
    const release = (ids: readonly number[], account = accountId) => run((tx) => tx.uploads.release(account, ids))
    return { accountId, elsewhere: other.accountId, reserve, keep, release }
  }

  test('what is kept under a reserved id goes with it, once, in the order of ids', async () => {
    const { elsewhere, reserve, keep, release } = await start()
    const [bare, first, second] = [await reserve(), await reserve(), await reserve()]
    expect([await keep(second, 'b\0.png'), await keep(first, '')]).toEqual([true, true])
    expect(await release([second, first], elsewhere)).toEqual([])
    expect(await release([second, bare, first, second, 999_999_999])).toEqual([
      { id: bare, file: null },
      { id: first, file: { id: first, name: '', ...file } },
      { id: second, file: { id: second, name: 'b\ufffd.png', ...file } },
    ])
    expect([await release([first]), await release([])]).toEqual([[], []])
    expect(await keep(first)).toBe(false)
  })

  test('a file stays as it was kept first, in its own account', async () => {
    const { elsewhere, reserve, keep, release } = await start()
    const id = await reserve()
    expect([await keep(id, 'x', elsewhere), await keep(id, 'first'), await keep(id, 'second')]).toEqual([false, true, false])
    expect(await release([id])).toMatchObject([{ file: { name: 'first' } }])
  })

  test('what was announced is awaited until it is there and its id taken', async () => {
    const { accountId, elsewhere, reserve, keep, release } = await start()
    const id = await reserve(noon, { ...announced, name: 'a\0' })
    const awaited = (account = accountId, which = id) => run((tx) => tx.uploads.awaited(account, which))
    expect(await awaited()).toEqual({ ...announced, name: 'a\ufffd', announcedAt: noon, isKept: false })
    expect([await awaited(elsewhere), await awaited(accountId, await reserve())]).toEqual([undefined, undefined])
    await keep(id)
    expect(await awaited()).toMatchObject({ size: 12, isKept: true })
    expect(await release([id])).toEqual([{ id, file: { id, name: 'a.png', ...file } }])
    expect(await awaited()).toBeUndefined()
  })

  test('a release that comes to nothing leaves everything as it was', async () => {
    const { accountId, reserve, keep, release } = await start()
    const id = await reserve()
    await keep(id)
    const refused = await subject().unitOfWork.run(async (tx) => {
      await tx.uploads.release(accountId, [id])
      return err({ code: 'no' })
    })
    expect([refused.ok, await release([id])]).toMatchObject([false, [{ id, file }]])
  })

  test('those that a message is to name later are counted by account and age', async () => {
    const { accountId, elsewhere, reserve, keep, release } = await start()
    await reserve(noon - 1, announced)
    const [bare, named, told] = [await reserve(), await reserve(noon, { name: '' }), await reserve(noon + 1, announced)]
    const count = (account = accountId) => run((tx) => tx.uploads.count(account, noon))
    expect([await count(), await count(elsewhere)]).toEqual([2, 0])
    expect([await keep(told), await count()]).toEqual([true, 2])
    expect([await keep(bare), await count()]).toEqual([true, 3])
    await release([named, told])
    expect(await count()).toBe(1)
  })

  test('they end by age', async () => {
    const { accountId, reserve } = await start()
    const ids = [await reserve(noon - 1), await reserve(noon), await reserve(noon + 1)]
    await run((tx) => tx.uploads.releaseOlder(noon + 1))
    expect(await run((tx) => tx.media.known(accountId, 'attachments', ids))).toEqual(ids.slice(2))
  })

  test('one that was uploaded can be looked at before a message has it', async () => {
    const { accountId, elsewhere, reserve, keep } = await start()
    const id = await reserve()
    const look = (account = accountId) => subject().queries.mediaFile({ accountId: account, kind: 'attachments', id })
    expect(await look()).toBeUndefined()
    await keep(id)
    expect(await look()).toEqual({ state: 'stored', fileType: 'file', externalUrl: null, ...file })
    expect([await look(elsewhere), await subject().queries.mediaFile({ accountId, kind: 'avatars', id })]).toEqual([undefined, undefined])
  })
}
