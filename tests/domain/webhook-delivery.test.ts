import { describe, expect, test } from 'vitest'
import { hours, minutes, seconds } from '#domain/shared/instant.ts'
import { callTime, deliveryLease, type Heard, judge, nextAttempt, retryWaits } from '#domain/webhook/delivery.ts'
import { fc } from '../support/properties.ts'

const now = Date.UTC(2026, 4, 1, 12)

test('what is not taken is sent again nine times, over three days, and then no more', () => {
  const waits = Array.from({ length: 11 }, (_, n) => nextAttempt(n + 1, now)).map((at) => at && at - now)
  expect(waits).toEqual([
    ...[seconds(5), minutes(5), minutes(30), hours(2), hours(5), hours(10), hours(14), hours(20), hours(24)],
    ...[null, null],
  ])
  expect(retryWaits.reduce((sum, wait) => sum + wait)).toBe(hours(75) + minutes(35) + seconds(5))
  expect(deliveryLease).toBeGreaterThan(callTime * 2)
})

test('an address that wants to rest is left alone for so long, a day at most, and never called sooner than planned', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9 }), fc.nat(hours(100)), (attempts, rest) => {
      const planned = nextAttempt(attempts, now) ?? 0
      const at = nextAttempt(attempts, now, rest) ?? 0
      expect(at).toBe(Math.max(planned, now + Math.min(rest, hours(24))))
    }),
  )
})

describe('what follows from an answer', () => {
  const answered = (status: number, retryAfter?: number): Heard => ({
    is: 'answered',
    status,
    ...(retryAfter === undefined ? {} : { retryAfter }),
  })
  const later = (after: number) => ({ is: 'later', at: now + after })
  const failed = (isGone = false) => ({ is: 'failed', isGone })

  test.each<[string, Heard, number, object]>([
    ['200 is success', answered(200), 1, { is: 'delivered' }],
    ['204 is, however late', answered(204), 10, { is: 'delivered' }],
    ['a redirect is not', answered(302), 1, later(seconds(5))],
    ['nor is a refusal, which may be mended', answered(404), 2, later(minutes(5))],
    ['nor is an error', answered(500), 9, later(hours(24))],
    ['nor is silence', { is: 'silence' }, 3, later(minutes(30))],
    ['nor is a mistake of ours', { is: 'broken' }, 1, later(seconds(5))],
    ['a wish to rest counts', answered(503, seconds(90)), 1, later(seconds(90))],
    ['what fails for the tenth time has failed', answered(500, seconds(90)), 10, failed()],
    ['and so has what nobody answered so often', { is: 'silence' }, 10, failed()],
    ['gone is gone at once', answered(410), 1, failed(true)],
    ['where nobody may go nobody goes again', { is: 'forbidden' }, 1, failed()],
    ['what is over by now is let go', { is: 'too-late' }, 1, failed()],
    ['what is known to be gone is not asked', { is: 'known-gone' }, 1, failed()],
    ['and where there is nothing there is nobody to ask', { is: 'nowhere' }, 1, failed()],
  ])('%s', (_, heard, attempts, verdict) => {
    expect(judge(heard, attempts, now)).toEqual(verdict)
  })

  test('what is fleeting is told once', () => {
    expect(judge(answered(200), 1, now, true)).toEqual({ is: 'delivered' })
    for (const heard of [answered(503, seconds(1)), { is: 'silence' } as const]) expect(judge(heard, 1, now, true)).toEqual(failed())
  })
})
