import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createSpeed } from '#adapters/jobs/speed.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** Batches one after the other. */
const learn = (speed: ReturnType<typeof createSpeed>, batches: number, { events, took }: { events: number; took: number }): void => {
  for (let n = 0; n < batches; n++) {
    const startedAt = performance.now()
    vi.advanceTimersByTime(took)
    speed.learn(events, startedAt)
  }
}

test('comes to what batches do, and forgets how it was', () => {
  const speed = createSpeed()
  learn(speed, 100, { events: 500, took: 100 })
  expect(speed.perSecond()).toBeCloseTo(5_000, -2)
  learn(speed, 100, { events: 32, took: 100 })
  expect(speed.perSecond()).toBeCloseTo(320, -1)
})

test('a batch that hung is soon outweighed', () => {
  const speed = createSpeed()
  learn(speed, 1, { events: 500, took: 60_000 })
  learn(speed, 10, { events: 500, took: 100 })
  expect(speed.perSecond()).toBeGreaterThan(3_000)
})

test('counts the time of batches side by side once', () => {
  const speed = createSpeed()
  for (let n = 0; n < 100; n++) {
    const startedAt = performance.now()
    vi.advanceTimersByTime(100)
    speed.learn(200, startedAt)
    speed.learn(200, startedAt)
  }
  expect(speed.perSecond()).toBeGreaterThan(3_800)
  expect(speed.perSecond()).toBeLessThan(4_300)
})
