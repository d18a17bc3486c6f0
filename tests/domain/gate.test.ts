import { describe, expect, test } from 'vitest'
import { afterCall, type CallReport, type Gate, openGate, passageThrough, probed, probeTime } from '#domain/inbox/gate.ts'
import { backoff } from '#domain/shared/backoff.ts'
import { minutes, seconds } from '#domain/shared/instant.ts'
import { fc } from '../support/properties.ts'

const now = 1_700_000_000_000
const rules = { name: 'inbox:1', tolerance: 5 }
const report = (outcome: CallReport['outcome'], rest: Partial<CallReport> = {}): CallReport => ({ outcome, isProbe: false, ...rest })
const shut = (because: 'asked' | 'down', until: number, failures = 1): Gate => ({ failures, shut: { until, because } })

describe('back-off', () => {
  test('doubles from 2 seconds to 5 minutes, a quarter more or less', () => {
    for (const [n, even] of [2, 4, 8, 16, 32, 64, 128, 256, 300, 300].entries()) {
      const waits = Array.from({ length: 200 }, (_, key) => backoff(n + 1, `part ${key}`))
      expect(Math.min(...waits)).toBeGreaterThanOrEqual(seconds(even) * 0.75)
      expect(Math.max(...waits)).toBeLessThanOrEqual(seconds(even) * 1.25)
      expect(new Set(waits).size).toBeGreaterThan(100)
    }
  })
})

describe('who may pass', () => {
  test('everybody, while nothing is wrong', () => {
    expect(passageThrough([openGate, openGate], now)).toEqual({ may: 'pass', watched: false })
    expect(passageThrough([openGate, { failures: 1, shut: null }], now)).toEqual({ may: 'pass', watched: true })
  })

  test('nobody before the time, and of two gates the longer one counts', () => {
    const gates = [shut('asked', now + 5), shut('down', now + 9)]
    expect(passageThrough(gates, now)).toEqual({ may: 'wait', until: now + 9, because: 'down' })
    expect(passageThrough(gates, now + 8)).toMatchObject({ may: 'wait' })
  })

  test('then one, and while it tries nobody else', () => {
    const gate = shut('down', now)
    expect(passageThrough([gate, openGate], now)).toEqual({ may: 'probe' })
    expect(passageThrough([probed(gate, now), openGate], now + 1)).toEqual({ may: 'wait', until: now + probeTime, because: 'down' })
    expect(passageThrough([probed(gate, now), openGate], now + probeTime)).toEqual({ may: 'probe' })
    expect(probed(openGate, now)).toBe(openGate)
  })
})

describe('what a call does to a gate', () => {
  test('a limit shuts it at once, for as long as the provider says', () =>
    expect(afterCall(openGate, report('limited', { retryAfter: minutes(3) }), now, rules)).toEqual(shut('asked', now + minutes(3))))

  test('a limit without a time shuts it for longer each time', () => {
    let gate = openGate
    const waits = [1, 2, 3, 4].map(() => {
      gate = afterCall(gate, report('limited', { isProbe: true }), now, rules)
      return (gate.shut?.until ?? now) - now
    })
    expect(waits).toEqual([1, 2, 3, 4].map((n) => backoff(n, rules.name)))
  })

  test('usage at the brink shuts it although the call ended well', () => {
    const tired = report('answered', { retryAfter: minutes(5) })
    expect(afterCall(openGate, tired, now, rules)).toEqual(shut('asked', now + minutes(5), 0))
    expect(afterCall(shut('down', now), { ...tired, isProbe: true }, now, rules)).toEqual(shut('asked', now + minutes(5), 0))
  })

  test('five calls in a row that find the provider down shut it; one answer in between starts the count again', () => {
    const outcomes = ['down', 'down', 'down', 'down', 'answered', 'down', 'down', 'down', 'down'] as const
    const almost = outcomes.reduce((gate, outcome) => afterCall(gate, report(outcome), now, rules), openGate)
    expect(almost).toEqual({ failures: 4, shut: null })
    expect(afterCall(almost, report('down'), now, rules)).toEqual(shut('down', now + backoff(1, rules.name), 5))
  })

  test('a probe that fails shuts it for longer, one that is answered opens it', () => {
    const gate = shut('down', now, 5)
    expect(afterCall(gate, report('down', { isProbe: true }), now, rules)).toEqual(shut('down', now + backoff(2, rules.name), 6))
    expect(afterCall(gate, report('answered', { isProbe: true }), now, rules)).toEqual(openGate)
  })

  test('a call that was begun before it was shut neither opens it nor counts', () => {
    const gate = shut('asked', now + minutes(1), 2)
    for (const outcome of ['answered', 'limited', 'down'] as const) expect(afterCall(gate, report(outcome), now, rules)).toBe(gate)
    const longer = afterCall(gate, report('limited', { retryAfter: minutes(9) }), now, rules)
    expect(longer).toEqual(shut('asked', now + minutes(9), 2))
    expect(afterCall(longer, report('limited', { retryAfter: minutes(2) }), now, rules)).toEqual(longer)
  })

  test('whatever happens, it opens with the first probe that is answered, and is never shut for ever', () => {
    const reports = fc.array(
      fc.record({
        outcome: fc.constantFrom('answered', 'limited', 'down'),
        retryAfter: fc.option(fc.integer({ min: 1, max: minutes(60) }), { nil: undefined }),
        isProbe: fc.boolean(),
      }),
    )
    fc.assert(
      fc.property(reports, (calls) => {
        const gate = calls.reduce<Gate>((gate, call) => afterCall(gate, call, now, rules), openGate)
        expect(gate.shut?.until ?? now).toBeLessThanOrEqual(now + minutes(60))
        expect(afterCall(gate, report('answered', { isProbe: true }), now, rules)).toEqual(openGate)
      }),
    )
  })
})
