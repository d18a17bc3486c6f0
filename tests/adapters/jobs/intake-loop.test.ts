import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type IntakeLoop, startIntakeLoop } from '#adapters/jobs/intake-loop.ts'
import type { ProcessIntake } from '#application/intake/process-intake.ts'
import type { Logger } from '#application/ports/logger.ts'

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, with: () => silent }

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

interface Batch {
  readonly at: number
  readonly atMost: number | undefined
}

/** Batches of `took` ms each, as long as `waiting` says that something waits. Each applies as many events as it may, at most 300. */
const underWatch = ({ took = 10, waiting = 0 } = {}) => {
  const batches: Batch[] = []
  const state = { waiting, atOnce: 0, mostAtOnce: 0 }
  const processIntake: ProcessIntake = async ({ atMost } = {}) => {
    if (state.waiting === 0) return { settled: 0, applied: 0, isFull: false }
    state.waiting -= 1
    batches.push({ at: performance.now(), atMost })
    state.atOnce += 1
    state.mostAtOnce = Math.max(state.mostAtOnce, state.atOnce)
    await pause(took)
    state.atOnce -= 1
    return { settled: 1, applied: Math.min(atMost ?? 300, 300), isFull: true }
  }
  return { batches, state, processIntake }
}

/** What comes in: sixteen in one write while it is `pressed`, `rate` in a second. */
const incoming = (rate = 0) => {
  const load = { pressed: false, rate, atOnce: () => (load.pressed ? 16 : 0), perSecond: () => load.rate }
  return load
}

/** Nothing waits any more, and the loop ends with what it is at. */
const end = async (loop: IntakeLoop, state: { waiting: number }): Promise<void> => {
  state.waiting = 0
  const stopped = loop.stop()
  await vi.advanceTimersByTimeAsync(200)
  await stopped
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('applies batch after batch, sleeps where nothing is due, and looks again when it is woken', async () => {
  const { batches, state, processIntake } = underWatch({ waiting: 3 })
  const loop = startIntakeLoop({ processIntake, logger: silent })
  await vi.advanceTimersByTimeAsync(100)
  expect(batches.map(({ atMost }) => atMost)).toEqual([undefined, undefined, undefined])
  state.waiting = 1
  await vi.advanceTimersByTimeAsync(100)
  expect(batches).toHaveLength(3)
  loop.wake()
  await vi.advanceTimersByTimeAsync(1)
  expect(batches).toHaveLength(4)
  await vi.advanceTimersByTimeAsync(100)
  await loop.stop()
})

test('finds what a lost wake left behind', async () => {
  const { batches, state, processIntake } = underWatch()
  const loop = startIntakeLoop({ processIntake, logger: silent, sweepEvery: 1_000 })
  await vi.advanceTimersByTimeAsync(10)
  state.waiting = 1
  await vi.advanceTimersByTimeAsync(1_050)
  expect(batches).toHaveLength(1)
  await loop.stop()
})

test.each([0, 10, 60])('with a second worker, what comes %d ms into a long batch does not wait for its end', async (ms) => {
  const { batches, state, processIntake } = underWatch({ took: 1_000, waiting: 1 })
  const loop = startIntakeLoop({ processIntake, logger: silent, workers: 2 })
  await vi.advanceTimersByTimeAsync(ms)
  state.waiting = 1
  loop.wake()
  await vi.advanceTimersByTimeAsync(50)
  expect([batches.length, state.mostAtOnce]).toEqual([2, 2])
  await vi.advanceTimersByTimeAsync(3_000)
  await loop.stop()
})

test('what comes during a short batch is left to the next one, which begins at once', async () => {
  const { batches, state, processIntake } = underWatch({ took: 10, waiting: 1 })
  const loop = startIntakeLoop({ processIntake, logger: silent, workers: 2 })
  await vi.advanceTimersByTimeAsync(5)
  state.waiting = 1
  loop.wake()
  await vi.advanceTimersByTimeAsync(100)
  expect([batches.length, state.mostAtOnce]).toEqual([2, 1])
  expect(batches[1]!.at - batches[0]!.at).toBeLessThan(12)
  await loop.stop()
})

test('while requests wait it applies a tenth of the time, one small batch at a time, and all of the time afterwards', async () => {
  const { batches, state, processIntake } = underWatch({ took: 20, waiting: 1_000 })
  const load = incoming()
  load.pressed = true
  const loop = startIntakeLoop({ processIntake, load, logger: silent, workers: 2 })
  loop.wake()
  await vi.advanceTimersByTimeAsync(4_000)
  expect(batches.length).toBeGreaterThanOrEqual(18)
  expect(batches.length).toBeLessThanOrEqual(22)
  expect(state.mostAtOnce).toBe(1)
  expect(new Set(batches.map(({ atMost }) => atMost))).toEqual(new Set([32]))
  load.pressed = false
  const before = batches.length
  await vi.advanceTimersByTimeAsync(1_000)
  expect(batches.length - before).toBeGreaterThan(80)
  expect(batches.at(-1)?.atMost).toBeUndefined()
  await end(loop, state)
})

test('a moment in which nobody waits does not end a load of more than it can apply', async () => {
  const { batches, state, processIntake } = underWatch({ took: 100, waiting: 1_000 })
  const load = incoming()
  const loop = startIntakeLoop({ processIntake, load, logger: silent })
  await vi.advanceTimersByTimeAsync(2_000)
  expect(new Set(batches.map(({ atMost }) => atMost))).toEqual(new Set([undefined]))
  Object.assign(load, { pressed: true, rate: 3_500 })
  await vi.advanceTimersByTimeAsync(200)
  load.pressed = false
  const before = batches.length
  await vi.advanceTimersByTimeAsync(2_000)
  expect(batches.length - before).toBeLessThanOrEqual(3)
  expect(new Set(batches.slice(before).map(({ atMost }) => atMost))).toEqual(new Set([32]))
  load.rate = 100
  await vi.advanceTimersByTimeAsync(1_000)
  expect(batches.at(-1)?.atMost).toBeUndefined()
  await end(loop, state)
})

test('a load ends where less comes than usual batches apply, however long only small ones, which are slower, were applied', async () => {
  const { batches, state, processIntake } = underWatch({ took: 100, waiting: 10_000 })
  const load = incoming(1_000)
  const loop = startIntakeLoop({ processIntake, load, logger: silent })
  await vi.advanceTimersByTimeAsync(5_000)
  load.pressed = true
  await vi.advanceTimersByTimeAsync(60_000)
  load.pressed = false
  await vi.advanceTimersByTimeAsync(1_100)
  expect(batches.at(-1)?.atMost).toBeUndefined()
  await end(loop, state)
})

test('under load a small batch rests after small ones alone: the first one follows the usual ones at once', async () => {
  const { batches, state, processIntake } = underWatch({ took: 100, waiting: 1_000 })
  const load = incoming()
  const loop = startIntakeLoop({ processIntake, load, logger: silent })
  await vi.advanceTimersByTimeAsync(1_000)
  load.pressed = true
  await vi.advanceTimersByTimeAsync(110)
  expect(batches.at(-1)?.atMost).toBe(32)
  await end(loop, state)
})

test.each([
  { comes: 'as many as it can apply, fifteen in one write', atOnce: 15, perSecond: 2_000, small: false },
  { comes: 'as many as it can apply, sixteen in one write', atOnce: 16, perSecond: 2_000, small: true },
  { comes: 'more than it can apply, five in one write', atOnce: 5, perSecond: 4_000, small: false },
  { comes: 'more than it can apply, six in one write', atOnce: 6, perSecond: 4_000, small: true },
])('where there comes $comes, a load begins: $small', async ({ atOnce, perSecond, small }) => {
  const { batches, state, processIntake } = underWatch({ took: 100, waiting: 1_000 })
  const load = { many: 0, rate: 0, atOnce: () => load.many, perSecond: () => load.rate }
  const loop = startIntakeLoop({ processIntake, load, logger: silent })
  await vi.advanceTimersByTimeAsync(2_000)
  Object.assign(load, { many: atOnce, rate: perSecond })
  await vi.advanceTimersByTimeAsync(200)
  expect(batches.at(-1)?.atMost).toBe(small ? 32 : undefined)
  await end(loop, state)
})

test('that too little comes at one look does not end a load', async () => {
  const { batches, state, processIntake } = underWatch({ took: 100, waiting: 1_000 })
  let looks = 0
  const load = { ...incoming(), pressed: true, atOnce: () => (load.pressed ? 16 : 0), perSecond: () => (++looks % 2 === 0 ? 0 : 50_000) }
  const loop = startIntakeLoop({ processIntake, load, logger: silent })
  await vi.advanceTimersByTimeAsync(200)
  load.pressed = false
  await vi.advanceTimersByTimeAsync(3_000)
  expect(new Set(batches.map(({ atMost }) => atMost))).toEqual(new Set([32]))
  await end(loop, state)
})

test('a load of as much as it applies is over when nobody waits, although it seemed slow at first', async () => {
  const { batches, state, processIntake } = underWatch({ took: 20, waiting: 1_000 })
  const load = incoming(1_400)
  load.pressed = true
  const loop = startIntakeLoop({ processIntake, load, logger: silent })
  await vi.advanceTimersByTimeAsync(10_000)
  load.pressed = false
  await vi.advanceTimersByTimeAsync(500)
  expect(batches.at(-1)?.atMost).toBeUndefined()
  await end(loop, state)
})

test('leaves a broken database alone for a moment, and goes on', async () => {
  let calls = 0
  const processIntake: ProcessIntake = async () => {
    if (++calls === 1) throw new Error('gone')
    return { settled: 0, applied: 0, isFull: false }
  }
  const loop = startIntakeLoop({ processIntake, logger: silent })
  await vi.advanceTimersByTimeAsync(400)
  expect(calls).toBe(1)
  loop.wake()
  await vi.advanceTimersByTimeAsync(200)
  expect(calls).toBe(2)
  await loop.stop()
})

test('told to stop, it finishes the batch at hand and begins no other', async () => {
  const { batches, state, processIntake } = underWatch({ took: 50, waiting: 10 })
  const loop = startIntakeLoop({ processIntake, logger: silent })
  await vi.advanceTimersByTimeAsync(10)
  const stopped = loop.stop().then(() => state.atOnce)
  await vi.advanceTimersByTimeAsync(100)
  expect(await stopped).toBe(0)
  expect(batches).toHaveLength(1)
})
