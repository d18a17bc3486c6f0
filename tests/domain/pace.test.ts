import { describe, expect, test } from 'vitest'
import { allow, freeAt, freshPace, limitOf, type Pace } from '#domain/inbox/pace.ts'
import { mostInASecond } from '../support/most-in-a-second.ts'
import { fc } from '../support/properties.ts'

const start = 1_700_000_000_000

/** Everybody comes at their time, and comes back when they were told to, `late` ms late. */
const simulate = (comers: readonly number[], perSecond: number, lead: number, late: () => number) => {
  let pace: Pace = freshPace
  let turns = 0
  const went: number[] = []
  const waiting = comers.map((at) => ({ at, hasWaited: false }))
  while (waiting.length > 0) {
    waiting.sort((a, b) => a.at - b.at)
    const next = waiting.shift()
    if (!next) break
    turns++
    const { pace: after, allowance } = allow(pace, perSecond, next.at, { hasWaited: next.hasWaited, lead, patience: lead })
    pace = after
    if (allowance.may === 'go') went.push(allowance.at)
    else waiting.push({ at: Math.max(allowance.until, next.at) + late(), hasWaited: true })
  }
  return { went, turns }
}

describe('a bucket and a line', () => {
  test.each([
    [1, 1, 1075],
    [2, 1, 537.5],
    [10, 2, 215],
    [20, 5, 268.75],
    [100, 25, 268.75],
  ])('%i a second are %i in any %d ms', (perSecond, burst, span) => {
    expect(limitOf(perSecond)).toEqual({ burst, span })
  })

  const newcomer = { hasWaited: false, lead: 60, patience: 60 }
  const waiter = { hasWaited: true, lead: 60, patience: 60 }

  test('a burst goes at once, and the next one when its span is over; others stand in line behind it', () => {
    let pace: Pace = freshPace
    for (let n = 0; n < 25; n++) {
      const { pace: after, allowance } = allow(pace, 100, start + n, newcomer)
      expect(allowance).toEqual({ may: 'go', at: start + n })
      pace = after
    }
    expect(freeAt(pace, 100)).toBe(start + 268.75)
    const next = allow(pace, 100, start + 30, newcomer)
    expect(next.allowance, 'comes back a little before').toEqual({ may: 'wait', until: start + 209 })
    const another = allow(next.pace, 100, start + 30, newcomer)
    expect(another.allowance).toEqual({ may: 'wait', until: start + 220 })
    expect(allow(another.pace, 100, start + 215, newcomer).allowance.may, 'a newcomer').toBe('wait')
    expect(allow(another.pace, 100, start + 215, waiter).allowance, 'whose turn it is').toEqual({ may: 'go', at: start + 268.75 })
    expect(allow(another.pace, 100, start + 215, { ...waiter, lead: 0, patience: 0 }).allowance.may, 'who does not wait on the spot').toBe(
      'wait',
    )
  })

  test('a line that nobody stands in holds nobody up', () => {
    const line = { recent: [start - 300], lineUntil: start + 60_000 }
    expect(allow(line, 100, start, newcomer).allowance.may).toBe('go')
    expect(allow({ ...line, recent: [start - 100] }, 100, start, newcomer).allowance.may).toBe('wait')
  })

  test('who does not come back takes no place in it', () => {
    const busy = { recent: [start], lineUntil: 0 }
    const fleeting = { ...newcomer, isFleeting: true } as const
    const { pace, allowance } = allow(busy, 1, start + 1, fleeting)
    expect([pace, allowance.may]).toEqual([busy, 'wait'])
    expect(allow(busy, 1, start + 1, newcomer).pace.lineUntil).toBeGreaterThan(start)
  })

  test('in no second do more go than may, also where they are under way for a while, and whoever comes goes', () => {
    const rates = fc.integer({ min: 1, max: 300 })
    const comers = fc.array(fc.integer({ min: 0, max: 5000 }), { minLength: 1, maxLength: 300 })
    const lateness = fc.infiniteStream(fc.integer({ min: 0, max: 400 }))
    fc.assert(
      fc.property(rates, comers, fc.constantFrom(0, 60), lateness, (perSecond, times, lead, late) => {
        const { went } = simulate(
          times.map((at) => start + at),
          perSecond,
          lead,
          () => late.next().value ?? 0,
        )
        expect(went).toHaveLength(times.length)
        expect(mostInASecond(went)).toBeLessThanOrEqual(perSecond)
        const arrived = went.map((at) => at + ((late.next().value ?? 0) % 76)).toSorted((a, b) => a - b)
        expect(mostInASecond(arrived)).toBeLessThanOrEqual(perSecond)
      }),
      { numRuns: 100 },
    )
  })

  test.each([10, 20, 100])('of %i a second nine in ten are used while there is more to do, and few come in vain', (perSecond) => {
    const seconds = 30
    const crowd = Array.from({ length: perSecond * seconds }, () => start)
    let n = 0
    const { went, turns } = simulate(crowd, perSecond, 60, () => (n++ * 37) % 60)
    const span = (went.at(-1) ?? 0) - start
    expect(crowd.length / (span / 1000)).toBeGreaterThanOrEqual(perSecond * 0.9)
    expect(turns).toBeLessThan(crowd.length * 2.2)
  })
})
