import { expect, test } from 'vitest'
import { mayTell } from '#domain/conversation/typing.ts'
import { seconds } from '#domain/shared/instant.ts'
import { fc } from '../support/properties.ts'

test.each([
  ['nothing yet', undefined, true, 0, true],
  ['nothing to take back', undefined, false, 0, false],
  ['on a moment ago', true, true, 9.999, false],
  ['on for a while', true, true, 10, true],
  ['off at once', true, false, 0.999, false],
  ['off', true, false, 1, true],
  ['off when it is gone by itself', true, false, 20, false],
  ['off again', false, false, 5, false],
  ['on again at once', false, true, 0.999, false],
  ['on again', false, true, 1, true],
])('%s', (_, wasOn, isOn, after, expected) => {
  const last = wasOn === undefined ? undefined : { isOn: wasOn, at: 0 }
  expect(mayTell(last, isOn, seconds(after))).toBe(expected)
})

test('however it is switched, a provider hears of it at most once a second', () => {
  const switches = fc.array(fc.record({ isOn: fc.boolean(), pause: fc.nat(1500) }), { maxLength: 60 })
  fc.assert(
    fc.property(switches, (list) => {
      let [now, last]: [number, { isOn: boolean; at: number } | undefined] = [0, undefined]
      const told: number[] = []
      for (const { isOn, pause } of list) {
        now += pause
        if (!mayTell(last, isOn, now)) continue
        last = { isOn, at: now }
        told.push(now)
      }
      expect(told.every((at, n) => n === 0 || at - (told[n - 1] ?? 0) >= 1000)).toBe(true)
    }),
  )
})
