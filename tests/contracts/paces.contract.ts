import { expect, test } from 'vitest'
import type { PaceRef } from '#application/ports/paces.ts'
import type { Tx } from '#application/ports/unit-of-work.ts'
import { allow, freshPace, limitOf } from '#domain/inbox/pace.ts'
import { commit, noon, openOffice } from './scenario.ts'
import { type OpenSubject, shared } from './subject.ts'

export const pacesContract = (open: OpenSubject): void => {
  const subject = shared(open)
  const run = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => commit(subject().unitOfWork, work)

  const openRefs = async (): Promise<{ texts: PaceRef; reads: PaceRef }> => {
    const { accountId, inboxId } = await openOffice(subject())
    return { texts: { accountId, inboxId, kind: 'texts' }, reads: { accountId, inboxId, kind: 'reads' } }
  }

  test('one that nobody saved is fresh, also that of an inbox that is not there', async () => {
    const { texts, reads } = await openRefs()
    expect(await run((tx) => tx.paces.lock([texts, { ...reads, inboxId: 987_654_321 }, reads]))).toEqual([freshPace, freshPace, freshPace])
    expect(await run((tx) => tx.paces.lock([]))).toEqual([])
  })

  test('they are told as they were saved, with fractions, each kind and inbox by itself', async () => {
    const [one, two] = [await openRefs(), await openRefs()]
    const saved = { recent: [noon - 0.5, noon + 1040 / 95], lineUntil: noon + 1 / 3 }
    await run(async (tx) => {
      await tx.paces.lock([two.texts, one.reads])
      await tx.paces.save([{ ref: one.reads, pace: saved }])
    })
    expect(await run((tx) => tx.paces.lock([two.texts, one.reads, one.texts, two.reads]))).toEqual([freshPace, saved, freshPace, freshPace])
  })

  test('nobody changes those of an inbox of another account', async () => {
    const { texts } = await openRefs()
    const foreign: PaceRef = { ...texts, accountId: (await openRefs()).texts.accountId }
    await run(async (tx) => {
      await tx.paces.lock([foreign])
      await tx.paces.save([{ ref: foreign, pace: { recent: [noon], lineUntil: noon } }])
    })
    expect(await run((tx) => tx.paces.lock([texts]))).toEqual([freshPace])
  })

  test('of 20 that come at once to an inbox no more go than a burst, and each other one gets a place of its own', async () => {
    const { texts, reads } = await openRefs()
    const come = (n: number) =>
      run(async (tx) => {
        const refs = n % 2 === 0 ? [texts, reads] : [reads, texts]
        const paces = await tx.paces.lock(refs)
        const { pace, allowance } = allow(paces[refs.indexOf(texts)] ?? freshPace, 20, noon, { hasWaited: false, lead: 0, patience: 0 })
        await tx.paces.save([{ ref: texts, pace }])
        return allowance
      })
    const turns = await Promise.all(Array.from({ length: 20 }, (_, n) => come(n)))
    expect(turns.filter(({ may }) => may === 'go')).toHaveLength(limitOf(20).burst)
    expect(new Set(turns.flatMap((turn) => (turn.may === 'wait' ? [turn.until] : []))).size).toBe(20 - limitOf(20).burst)
  })
}
