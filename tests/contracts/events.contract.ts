import { expect, test } from 'vitest'
import type { BusinessEvent } from '#application/events.ts'
import type { Tx } from '#application/ports/unit-of-work.ts'
import { commit, noon, openOffice } from './scenario.ts'
import { type OpenSubject, shared } from './subject.ts'

export const eventsContract = (open: OpenSubject): void => {
  const subject = shared(open)
  const run = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => commit(subject().unitOfWork, work)

  const event = (accountId: number, inbox_id: number, at = noon): BusinessEvent => ({
    accountId,
    name: 'inbox_updated',
    payload: { inbox_id, changed_attributes: [{ name: { previous_value: 'A "b"', current_value: null } }] },
    at,
  })

  test('are kept as they were told, in their order, each for its account', async () => {
    const { accountId } = await openOffice(subject())
    const other = await openOffice(subject())
    await run((tx) => tx.events.append([event(accountId, 1), event(other.accountId, 2), event(accountId, 3)]))
    await run((tx) => tx.events.append([]))
    const told = [event(accountId, 1), event(accountId, 3)].map(({ name, payload, at }) => ({ name, payload, at }))
    expect(await subject().businessEvents(accountId)).toEqual(told)
    expect(await subject().businessEvents(other.accountId)).toHaveLength(1)
  })

  test('that are old go, no more than asked for', async () => {
    const { accountId } = await openOffice(subject())
    const old = noon - 1_000_000
    await run((tx) => tx.events.append([1, 2, 3].map((id) => event(accountId, id, old)).concat(event(accountId, 4))))
    expect(await run((tx) => tx.events.prune(old + 1, 2))).toBe(2)
    expect(await run((tx) => tx.events.prune(old + 1, 2))).toBe(1)
    expect(await run((tx) => tx.events.prune(old + 1, 2))).toBe(0)
    expect(await subject().businessEvents(accountId)).toMatchObject([{ payload: { inbox_id: 4 } }])
  })
}
