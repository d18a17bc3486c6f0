import { describe, expect, test } from 'vitest'
import { afterFailedRead, afterPage, type GapFill, inOrder, isMissed, isPast, type PageRead, readsBackTo } from '#domain/inbox/gap-fill.ts'
import { days, hours, minutes, seconds } from '#domain/shared/instant.ts'
import { fc } from '../support/properties.ts'

const now = 1_700_000_000_000
const fill: GapFill = { dueAt: now, filledUntil: now - hours(1), pass: null, failures: 2 }
const first: GapFill = { ...fill, filledUntil: null }
const pushed = { isPolled: false, nextRead: now + 500, key: 'inbox 1' }
const page = (changes: Partial<PageRead> = {}): PageRead => ({ next: 'more', oldest: now - minutes(5), missed: 0, ...changes })

describe('a reading', () => {
  test('goes back to the last one and a little further; the first one a month', () => {
    expect(readsBackTo(fill, now)).toBe(now - hours(1) - minutes(10))
    expect(readsBackTo(first, now)).toBe(now - days(30))
  })

  test('goes on from page to page, and counts what it found', () => {
    const one = afterPage(fill, now - 100, page({ missed: 2 }), now, pushed)
    const pass = { begunAt: now - 100, cursor: 'more', pages: 1, missed: 2 }
    expect(one).toEqual({ fill: { ...fill, failures: 0, dueAt: now + 500, pass } })
    const two = afterPage(one.fill, now - 100, page({ next: null, missed: 3 }), now + 700, pushed)
    expect(two).toMatchObject({ missed: 5, fill: { filledUntil: now - 100, pass: null } })
  })

  test.each<[string, Partial<PageRead>, boolean]>([
    ['at the end of the list', { next: null }, true],
    ['at a conversation that was read before', { oldest: now - hours(2) }, true],
    ['at nothing', { oldest: null }, true],
    ['not before', {}, false],
  ])('ends %s', (_, changes, ends) => {
    expect('missed' in afterPage(fill, now, page(changes), now, pushed)).toBe(ends)
  })

  test('that took several pages is followed by another one at once, since conversations moved behind its back', () => {
    const pass = { begunAt: now - 9000, cursor: 'x', pages: 3, missed: 0 }
    const ended = afterPage({ ...fill, pass }, now - 9000, page({ next: null }), now, pushed)
    expect(ended.fill).toEqual({ dueAt: now + 500, filledUntil: now - 9000, pass: null, failures: 0 })
  })

  test('comes again in about an hour, each inbox at its own time, and in seconds where nothing is pushed', () => {
    const waits = Array.from({ length: 200 }, (_, n) => {
      const { fill: after } = afterPage(fill, now, page({ next: null }), now, { ...pushed, key: `inbox ${n}` })
      return after.dueAt - now
    })
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(minutes(55))
    expect(Math.max(...waits)).toBeLessThan(minutes(65))
    expect(new Set(waits).size).toBeGreaterThan(150)
    expect(afterPage(fill, now, page({ next: null }), now, { ...pushed, isPolled: true }).fill.dueAt).toBe(now + seconds(30))
  })

  test('the first one of an inbox ends after 200 conversations', () => {
    let state: { fill: GapFill } = { fill: first }
    let pages = 0
    while (!('missed' in state)) {
      state = afterPage(state.fill, now, page({ oldest: now - days(1) }), now, pushed)
      pages += 1
    }
    expect(pages).toBe(20)
    expect(state.fill.filledUntil).toBe(now)
  })

  test('that fails is tried again, later each time, and where it stood unless that was refused', () => {
    const pass = { begunAt: now, cursor: 'x', pages: 1, missed: 0 }
    const failing = { ...fill, pass, failures: 0 }
    expect(afterFailedRead(failing, false, undefined, now)).toEqual({ ...failing, failures: 1, dueAt: now + minutes(1) })
    expect(afterFailedRead({ ...failing, failures: 3 }, true, undefined, now)).toMatchObject({ pass: null, dueAt: now + minutes(8) })
    expect(afterFailedRead({ ...failing, failures: 30 }, false, undefined, now).dueAt).toBe(now + hours(1))
    expect(afterFailedRead(failing, false, minutes(7), now).dueAt).toBe(now + minutes(7))
  })
})

test('past is what was said before the inbox was connected and can no longer be answered as usual', () => {
  const dayAgo = now - hours(24)
  expect(isPast(first, now, dayAgo - 1, hours(24))).toBe(true)
  expect(isPast(first, now, dayAgo, hours(24))).toBe(false)
  expect(isPast(fill, now, now - days(3), hours(24))).toBe(false)
})

test('what may still be on its way was not missed', () => {
  expect(isMissed(now - minutes(1), now)).toBe(false)
  expect(isMissed(now - minutes(1) - 1, now)).toBe(true)
})

test('times to the second keep the order of the list, and those that are known stay', () => {
  const at = (ms: number): number => now + ms
  expect(inOrder([at(0), at(0), at(0), at(5000)], (n) => (n === 1 ? at(400) : undefined))).toEqual([at(0), at(400), at(401), at(5000)])
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 3000 }), fc.boolean()), { maxLength: 12 }), (given) => {
      const real = given.map(([ms, isKnown]) => ({ ms: now + ms, isKnown })).sort((a, b) => a.ms - b.ms)
      const listed = real.map(({ ms }) => Math.floor(ms / 1000) * 1000)
      const times = inOrder(listed, (n) => (real[n]?.isKnown ? real[n].ms : undefined))
      expect(times).toEqual(times.toSorted((a, b) => a - b))
      for (const [n, { ms, isKnown }] of real.entries()) {
        if (isKnown) expect(times[n]).toBe(ms)
        else expect(Math.abs((times[n] ?? 0) - ms)).toBeLessThan(1000)
      }
    }),
  )
})

test('found messages stand among known ones as they were written, where no two were written in one millisecond', () => {
  const moments = fc.uniqueArray(fc.tuple(fc.integer({ min: 0, max: 2100 }), fc.boolean()), { selector: ([ms]) => ms, maxLength: 30 })
  fc.assert(
    fc.property(moments, (given) => {
      const real = given.map(([ms, isKnown]) => ({ ms: now + ms, isKnown })).sort((a, b) => a.ms - b.ms)
      const listed = real.map(({ ms }) => Math.floor(ms / 1000) * 1000)
      const times = inOrder(listed, (n) => (real[n]?.isKnown ? real[n].ms : undefined))
      // Of one time those stand first that were there first: the known ones.
      const rank = (n: number): number => (real[n]?.isKnown ? 0 : 1)
      const shown = [...real.keys()].toSorted((a, b) => (times[a] ?? 0) - (times[b] ?? 0) || rank(a) - rank(b) || a - b)
      expect(shown).toEqual([...real.keys()])
    }),
  )
})
