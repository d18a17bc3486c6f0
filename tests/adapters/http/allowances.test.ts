import { expect, test } from 'vitest'
import { bytesOfCall, createAllowances, mostCallers } from '#adapters/http/allowances.ts'
import { minutes, seconds } from '#domain/shared/instant.ts'
import { fc } from '../../support/properties.ts'

const start = (perMinute: number) => {
  const time = { now: 1_000_000 }
  const allowances = createAllowances(perMinute, { now: () => time.now })
  /** How many of so many calls in a row go. */
  const goes = (count: number, caller = 'ada') =>
    Array.from({ length: count }, () => allowances.admit(caller)).filter((wait) => wait === 0).length
  return { time, goes, ...allowances }
}

test('a minute’s worth may go at once, then what time gives back', () => {
  const { time, goes, admit } = start(60)
  expect(goes(100)).toBe(60)
  expect(admit('ada')).toBe(seconds(1))
  time.now += 999
  expect(admit('ada')).toBe(1)
  time.now += 1
  expect(goes(5)).toBe(1)
  time.now += minutes(30)
  expect(goes(100)).toBe(60)
})

test('each caller has an allowance of their own, and who is refused does not wait longer for asking', () => {
  const { time, goes } = start(10)
  expect([goes(1000), goes(3, 'bob'), goes(1000, 'bob')]).toEqual([10, 3, 7])
  time.now += seconds(6)
  expect([goes(9), goes(9, 'bob')]).toEqual([1, 1])
})

test('bytes count as calls, and what is beyond a minute’s worth is waited for', () => {
  const { time, goes, admit, count } = start(60)
  expect(admit('ada')).toBe(0)
  count('ada', 9 * bytesOfCall)
  expect(goes(100)).toBe(50)
  time.now += minutes(1)
  count('ada', 120 * bytesOfCall)
  expect(admit('ada')).toBe(minutes(1) + seconds(1))
  time.now += minutes(1) + seconds(1)
  expect(goes(9)).toBe(1)
})

test('no more than so many callers are remembered: those who called last', () => {
  const { goes } = start(2)
  expect([goes(1, 'busy'), goes(1, 'idle'), goes(1, 'busy')]).toEqual([1, 1, 1])
  for (let n = 0; n < mostCallers - 2; n++) goes(1, `caller ${n}`)
  expect(goes(9, 'busy')).toBe(0)
  goes(1, 'one more')
  expect([goes(9, 'busy'), goes(9, 'idle')]).toEqual([0, 2])
})

test('whatever the rhythm, no stretch of time has more than a minute’s worth and what it gives back', () => {
  const rhythm = fc.array(fc.integer({ min: 0, max: 4000 }), { minLength: 1, maxLength: 100 })
  fc.assert(
    fc.property(rhythm, fc.integer({ min: 1, max: 100 }), (pauses, perMinute) => {
      const { time, admit } = start(perMinute)
      const went = pauses.flatMap((pause) => {
        time.now += pause
        return admit('ada') === 0 ? [time.now] : []
      })
      for (const [n, first] of went.entries())
        for (const [m, last] of went.entries())
          if (m > n) expect(m - n + 1).toBeLessThanOrEqual(perMinute + ((last - first + 1) * perMinute) / minutes(1))
    }),
  )
})
