import { describe, expect, test } from 'vitest'
import type { Tx } from '#application/ports/unit-of-work.ts'
import { commit, noon, openOffice } from './scenario.ts'
import { implementations, postgresServers, shared } from './subject.ts'
import { uploadsContract } from './uploads.contract.ts'

describe.each(implementations())('uploads: $name', ({ open }) => uploadsContract(open))

describe.each(postgresServers())('races for uploads: $name', ({ open }) => {
  const subject = shared(open)
  const run = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => commit(subject().unitOfWork, work)
  const file = { contentType: 'image/png', size: 1, digest: 'ab'.repeat(32) }

  /** Takes ids in a transaction that ends when the test says so. */
  const taking = (accountId: number, ids: readonly number[]) => {
    const { promise: mayEnd, resolve: end, reject: fail } = Promise.withResolvers<void>()
    const { promise: reached, resolve: reach } = Promise.withResolvers<number>()
    const ended = run(async (tx) => {
      const taken = await tx.uploads.release(accountId, ids)
      reach(taken.length)
      await mayEnd
      return taken.length
    })
    return { reached, ended, end, fail }
  }

  const start = async () => {
    const { accountId } = await openOffice(subject())
    const reserve = async (): Promise<number> => {
      const id = await run((tx) => tx.uploads.reserve(accountId, noon))
      await run((tx) => tx.uploads.keep(accountId, { id, name: 'x', ...file }))
      return id
    }
    return { accountId, ids: [await reserve(), await reserve(), await reserve()] }
  }

  test('of many that take the same ids, in any order, one gets each', async () => {
    const { accountId, ids } = await start()
    const taken = await Promise.all(
      Array.from({ length: 12 }, (_, n) => run((tx) => tx.uploads.release(accountId, n % 2 === 0 ? ids : ids.toReversed()))),
    )
    expect(taken.map((each) => each.length).toSorted()).toEqual([...Array(11).fill(0), 3])
  })

  test('who comes second waits, and has them where the first one fails', async () => {
    const { accountId, ids } = await start()
    const first = taking(accountId, ids)
    expect(await first.reached).toBe(3)
    const second = taking(accountId, ids)
    second.end()
    first.fail(new Error('no'))
    await expect(first.ended).rejects.toThrow('no')
    expect(await second.ended).toBe(3)
  })

  test('the sweep waits for nobody, and takes nothing that is being taken', async () => {
    const { accountId, ids } = await start()
    const first = taking(accountId, ids.slice(0, 2))
    await first.reached
    await run((tx) => tx.uploads.releaseOlder(noon + 1))
    expect(await run((tx) => tx.media.known(accountId, 'attachments', ids))).toEqual(ids.slice(0, 2))
    first.end()
    expect(await first.ended).toBe(2)
  })
})
