import { describe, expect, test } from 'vitest'
import { afterFailure, type Credential, issued, nextAction, postponed } from '#domain/inbox/credential.ts'
import { days, hours, minutes } from '#domain/shared/instant.ts'
import { fc } from '../support/properties.ts'

const start = 1_700_000_000_000
const life = { issuedAt: start, expiresAt: start + days(60) }
const due: Credential = { ...life, refreshAt: start + days(30), failures: 0, warnedDays: null }

const lives = fc
  .record({ issuedAt: fc.constant(start), days: fc.double({ min: 0.01, max: 400, noNaN: true }) })
  .map(({ issuedAt, ...of }) => ({
    issuedAt,
    expiresAt: issuedAt + Math.floor(days(of.days)),
  }))
const keys = fc.string({ maxLength: 12 })

describe('what to do with a token', () => {
  test.each<[string, number, Partial<Credential>, string]>([
    ['new', 0, {}, 'use'],
    ['29 days old', days(30) - 1, {}, 'use'],
    ['half its life old', days(30), {}, 'refresh'],
    ['about to end', days(60) - 1, {}, 'refresh'],
    ['ended', days(60), {}, 'reauthorize'],
    ['long ended', days(400), {}, 'reauthorize'],
    ['ended while it waits for a try', days(60), { refreshAt: start + days(90), failures: 7 }, 'reauthorize'],
    ['failed before, waiting', days(31), { refreshAt: start + days(32), failures: 3 }, 'use'],
    ['failed before, due again', days(32), { refreshAt: start + days(32), failures: 3 }, 'refresh'],
    ['due, but younger than a day', hours(24) - 1, { refreshAt: start }, 'use'],
    ['due and a day old', hours(24), { refreshAt: start }, 'refresh'],
    ['of another clock: not issued yet', -hours(1), { refreshAt: start - days(2) }, 'use'],
  ])('that is %s', (_, age, changes, action) => {
    expect(nextAction({ ...due, ...changes }, start + age)).toBe(action)
  })

  test('never refreshed before a day nor after its end, whatever its life and its failures', () => {
    const age = fc.double({ min: -5, max: 500, noNaN: true })
    const changes = fc.record({ refreshAt: fc.integer({ min: start - days(9), max: start + days(500) }), failures: fc.nat(50) })
    fc.assert(
      fc.property(lives, age, changes, (of, at, more) => {
        const now = start + Math.floor(days(at))
        const action = nextAction({ ...due, ...of, ...more }, now)
        if (action === 'refresh') expect(now - of.issuedAt).toBeGreaterThanOrEqual(hours(24))
        expect(action === 'reauthorize').toBe(now >= of.expiresAt)
      }),
      { numRuns: 1000 },
    )
  })
})

describe('a token just issued', () => {
  test('is due at half of its life, at most a day before, and never before it may be', () => {
    fc.assert(
      fc.property(lives, keys, (of, key) => {
        const credential = issued(of, key)
        const half = of.issuedAt + (of.expiresAt - of.issuedAt) / 2
        expect(credential.failures).toBe(0)
        expect(credential.refreshAt).toBeLessThanOrEqual(of.expiresAt)
        if (credential.refreshAt < of.expiresAt) expect(credential.refreshAt).toBeGreaterThanOrEqual(of.issuedAt + hours(24))
        if (half >= of.issuedAt + hours(24)) {
          expect(credential.refreshAt).toBeLessThanOrEqual(half)
          expect(credential.refreshAt).toBeGreaterThan(half - days(1) - 1)
        }
        expect(nextAction(credential, of.issuedAt)).toBe('use')
      }),
      { numRuns: 1000 },
    )
  })

  test('whose end nobody told is due as soon as it may be refreshed', () => {
    expect(issued({ ...life, isAssumed: true }, 'inbox 7')).toEqual({
      ...life,
      refreshAt: start + hours(24),
      failures: 0,
      warnedDays: null,
    })
  })

  test('of 10,000 that were issued together, no hour of the day gets more than a tenth', () => {
    const hour = (n: number) => Math.floor((issued(life, `inbox ${n}`).refreshAt - start) / hours(1))
    const counts = Map.groupBy(
      Array.from({ length: 10_000 }, (_, n) => hour(n + 1)),
      (each) => each,
    )
    expect(counts.size).toBeGreaterThanOrEqual(24)
    expect(Math.max(...[...counts.values()].map((each) => each.length))).toBeLessThan(1000)
  })
})

describe('a refresh that failed', () => {
  const fail = (credential: Credential, at: number, more: { isUncertain?: boolean; retryAfter?: number } = {}) =>
    afterFailure(credential, { at, key: 'inbox 7', isUncertain: false, ...more })

  test('is tried again after about 1, 2, 4, 8, 16 hours, then about daily', () => {
    let credential = due
    const waits = Array.from({ length: 8 }, () => {
      const at = credential.refreshAt
      credential = fail(credential, at)
      return (credential.refreshAt - at) / hours(1)
    })
    for (const [n, wanted] of [1, 2, 4, 8, 16, 24, 24, 24].entries()) {
      expect(waits[n]).toBeGreaterThanOrEqual(wanted)
      expect(waits[n]).toBeLessThanOrEqual(wanted * 1.25)
    }
    expect(credential.failures).toBe(8)
  })

  test('that may have been carried out waits for a day', () =>
    expect(fail(due, due.refreshAt, { isUncertain: true }).refreshAt - due.refreshAt).toBeGreaterThanOrEqual(days(1)))

  test('waits as long as the provider says, but looks at the end of the token', () => {
    expect(fail(due, due.refreshAt, { retryAfter: days(3) }).refreshAt).toBe(due.refreshAt + days(3))
    expect(fail(due, due.refreshAt, { retryAfter: days(300) }).refreshAt).toBe(life.expiresAt)
    expect(postponed(due, start + days(31))).toEqual({ ...due, refreshAt: start + days(31) })
    expect(postponed(due, start + days(300))).toEqual({ ...due, refreshAt: life.expiresAt })
  })

  test.each<[string, number, number | null, number | null]>([
    ['long before its end', 8, null, null],
    ['a week before it', 7, null, 7],
    ['a week before it, again', 4, 7, 7],
    ['three days before it', 3, 7, 3],
    ['a day before it, at the first failure', 0.9, null, 1],
    ['a day before it, again', 0.1, 1, 1],
  ])('%s people are warned', (_, left, warnedDays, after) => {
    expect(fail({ ...due, warnedDays }, life.expiresAt - days(left)).warnedDays).toBe(after)
  })

  test('keeps the token and counts; tries go on, closer together near its end, and the last look is at its end', () => {
    fc.assert(
      fc.property(lives, keys, fc.array(fc.boolean(), { maxLength: 5 }), (of, key, uncertain) => {
        let credential = issued(of, key)
        let tries = 0
        while (nextAction(credential, credential.refreshAt) === 'refresh') {
          const at = credential.refreshAt
          const next = afterFailure(credential, { at, key, isUncertain: uncertain[tries % 5] ?? false })
          expect(next).toMatchObject({ issuedAt: of.issuedAt, expiresAt: of.expiresAt, failures: credential.failures + 1 })
          expect(next.refreshAt).toBeGreaterThan(at)
          expect(next.refreshAt - at).toBeLessThanOrEqual(Math.max(days(1.25), minutes(10)))
          expect(next.refreshAt - at).toBeLessThanOrEqual(Math.max((of.expiresAt - at) / 2, minutes(10)))
          credential = next
          tries++
        }
        expect(nextAction(credential, credential.refreshAt)).toBe('reauthorize')
        expect(credential.refreshAt).toBe(of.expiresAt)
      }),
    )
  })
})
