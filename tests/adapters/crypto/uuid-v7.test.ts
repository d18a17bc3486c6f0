import { describe, expect, it } from 'vitest'
import { createIds } from '#adapters/crypto/uuid-v7.ts'

const take = (count: number, now: () => number): readonly string[] => {
  const ids = createIds(now)
  return Array.from({ length: count }, () => ids.next())
}

const expectAscending = (ids: readonly string[]): void => {
  expect(new Set(ids).size).toBe(ids.length)
  expect([...ids].sort()).toEqual(ids)
}

const timeOf = (id: string | undefined): number => Number.parseInt((id ?? '').replaceAll('-', '').slice(0, 12), 16)

describe('uuid v7', () => {
  it('has the form of RFC 9562 and the time in front', () => {
    for (const id of take(200, () => 1_787_000_000_123))
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(timeOf(take(1, () => 1_787_000_000_123)[0])).toBe(1_787_000_000_123)
  })

  it('ascends within one millisecond, also past the end of its counter', () => {
    const ids = take(20_000, () => 1_787_000_000_123)
    expectAscending(ids)
    expect(timeOf(ids.at(-1))).toBeLessThan(1_787_000_000_123 + 10)
  })

  it('ascends when the clock goes back, stands and jumps', () => {
    const times = [5000, 5000, 4000, 1, 4999, 5000, 5001, 5001, 9000, 8999, 9000]
    expectAscending(take(times.length, () => times.shift() ?? 0))
  })

  it('ascends by the clock of this machine', () => expectAscending(take(20_000, Date.now)))

  it('differs between sources at the same time', () => {
    const now = () => 1_787_000_000_123
    const ids = Array.from({ length: 1000 }, () => take(1, now)[0])
    expect(new Set(ids).size).toBe(ids.length)
  })
})
