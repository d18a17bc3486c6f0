import { expect, test } from 'vitest'
import type { Tx } from '#application/ports/unit-of-work.ts'
import { commit, converse, noon, openOffice } from './scenario.ts'
import { type OpenSubject, shared } from './subject.ts'

export const inboxSilenceContract = (open: OpenSubject): void => {
  const subject = shared(open)
  const run = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => commit(subject().unitOfWork, work)
  const day = 86_400_000
  const suspects = async (now: number, ids: readonly number[], kinds = ['instagram'], limit = 1000) => {
    const found: number[] = []
    for (let after = 0; ; ) {
      const page = await run((tx) => tx.inboxes.silenceSuspects({ kinds, now, limit, after }))
      found.push(...page.map(({ inboxId }) => inboxId))
      if (page.length < limit) return found.filter((id) => ids.includes(id))
      after = page.at(-1)!.inboxId
    }
  }
  /** An inbox whose last event was so long before noon. */
  const heard = async (ago: number | null) => {
    const office = await openOffice(subject())
    if (ago !== null) await run((tx) => tx.inboxes.noteEvents(new Map([[office.inboxId, noon - ago]])))
    return office
  }
  const idsOf = (offices: readonly { readonly inboxId: number }[]) => offices.map(({ inboxId }) => inboxId)

  test('those without an event for a day, page by page, until they were looked at', async () => {
    const offices = [await heard(day), await heard(2 * day), await heard(day - 1), await heard(null), await heard(9 * day)]
    const ids = idsOf(offices)
    await run((tx) => tx.inboxes.setState(ids[4]!, 'reauthorization_required', null))
    for (const limit of [1, 1000]) expect(await suspects(noon, ids, ['instagram'], limit)).toEqual([ids[0], ids[1]])
    expect(await suspects(noon, ids, ['telegram'])).toEqual([])
    expect(await run((tx) => tx.inboxes.noteSilence(ids[0]!, { before: null, quietSince: null, lookAt: noon + 5, toldAt: null }))).toBe(
      true,
    )
    expect([await suspects(noon + 4, ids), await suspects(noon + 5, ids)]).toEqual([ids.slice(1, 3), ids.slice(0, 3)])
  })

  test('those with something in a conversation within the hour that no event followed', async () => {
    const offices = [await heard(20 * 60_000), await heard(20 * 60_000), await heard(60_000), await heard(null)]
    for (const [n, office] of offices.entries()) if (n !== 1) await converse(subject(), office, { lastActivityAt: noon - 10_000 })
    await converse(subject(), offices[1]!, { lastActivityAt: noon - 30 * 60_000 })
    const ids = idsOf(offices)
    expect(await suspects(noon, ids)).toEqual([ids[0], ids[3]])
    expect(await suspects(noon + 3_600_000, ids)).toEqual([])
    const told = (toldAt: number | null) =>
      run((tx) => tx.inboxes.noteSilence(ids[3]!, { before: null, quietSince: null, lookAt: noon, toldAt }))
    await told(noon - day + 1)
    await told(null)
    expect(await suspects(noon, ids)).toEqual([ids[0]])
    await told(noon - day)
    expect(await suspects(noon, ids)).toEqual([ids[0], ids[3]])
  })

  test('those known as quiet once an event came, and what is known changes for one who knew it', async () => {
    const office = await heard(3 * day)
    const { inboxId, accountId } = office
    const note = (before: number | null, quietSince: number | null) =>
      run((tx) => tx.inboxes.noteSilence(inboxId, { before, quietSince, lookAt: noon, toldAt: null }))
    const quietSince = async () => (await subject().queries.inbox(accountId, inboxId))?.connection?.quietSince
    expect(await note(5, noon)).toBe(false)
    expect([await note(null, noon - 3 * day), await quietSince()]).toEqual([true, noon - 3 * day])
    expect(await note(null, noon)).toBe(false)
    expect(await suspects(noon + day, [inboxId])).toEqual([])
    await run((tx) => tx.inboxes.noteEvents(new Map([[inboxId, noon]])))
    const [suspect] = await run((tx) => tx.inboxes.silenceSuspects({ kinds: ['instagram'], now: noon, limit: 1, after: inboxId - 1 }))
    expect(suspect).toEqual({ accountId, inboxId, lastEventAt: noon, quietSince: noon - 3 * day })
    expect([await note(noon - 3 * day, null), await quietSince()]).toEqual([true, null])
  })
}
