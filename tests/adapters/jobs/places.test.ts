import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type JobSource, startJobLoop } from '#adapters/jobs/job-loop.ts'
import type { Place } from '#application/ports/place.ts'

const never = 600_000

/** A loop with so many places over jobs that are numbers, and what happens in it. */
const startLoop = (jobs: number[], concurrency: number, run: (job: number, place: Place) => Promise<void>, expireAfter: number = never) => {
  const finished: number[] = []
  const failed: number[] = []
  const source: JobSource<number> = {
    take: async (atMost) => jobs.splice(0, atMost),
    finish: async (done) => void finished.push(...done),
    fail: async (job) => void failed.push(job),
  }
  const loop = startJobLoop({ source, run, concurrency, expireAfter, pollEvery: never, onError: () => {} })
  return { loop, finished, failed }
}

beforeEach(() => void vi.useFakeTimers({ now: 0 }))
afterEach(() => void vi.useRealTimers())

test('who leaves gives the place to another job, and goes on when the time has come', async () => {
  const log: string[] = []
  const { loop, finished } = startLoop([1, 2, 3], 1, async (job, place) => {
    log.push(`${job} begins`)
    if (job === 1) expect(await place.leaveUntil(Date.now() + 500)).toBe(true)
    log.push(`${job} ends`)
  })
  await vi.advanceTimersByTimeAsync(400)
  expect(log).toEqual(['1 begins', '2 begins', '2 ends', '3 begins', '3 ends'])
  expect(finished).toEqual([2, 3])
  await vi.advanceTimersByTimeAsync(200)
  expect(log.at(-1)).toBe('1 ends')
  expect(finished).toEqual([2, 3, 1])
  await loop.stop(1000)
})

test('who comes back waits for a free place, and goes before who is new', async () => {
  let here = 0
  let most = 0
  const log: string[] = []
  const jobs = [1, 2, 3, 4]
  const { loop } = startLoop(jobs, 2, async (job, place) => {
    most = Math.max(most, ++here)
    log.push(`${job}`)
    if (job <= 2) {
      here--
      await place.leaveUntil(Date.now() + 100)
      most = Math.max(most, ++here)
      log.push(`${job} again`)
    } else {
      jobs.push(job + 2)
      loop.wake()
      await new Promise((resolve) => setTimeout(resolve, 1000))
    }
    here--
  })
  await vi.advanceTimersByTimeAsync(1500)
  expect(log.slice(0, 6)).toEqual(['1', '2', '3', '4', '1 again', '2 again'])
  expect(most).toBe(2)
  jobs.length = 0
  const stopped = loop.stop(5000)
  await vi.advanceTimersByTimeAsync(6000)
  await stopped
})

test('a loop that stops calls everybody back, and waits for what they still do', async () => {
  const answers: boolean[] = []
  const { loop, finished, failed } = startLoop([1, 2], 1, async (_job, place) => {
    answers.push(await place.leaveUntil(Date.now() + never / 2))
    answers.push(await place.leaveUntil(Date.now() + never / 2))
    await new Promise((resolve) => setTimeout(resolve, 300))
  })
  await vi.advanceTimersByTimeAsync(100)
  const stopped = loop.stop(5000)
  await vi.advanceTimersByTimeAsync(1000)
  await stopped
  expect(answers).toEqual([false, false, false, false])
  expect([finished.toSorted(), failed]).toEqual([[1, 2], []])
})

test('one that took too long while it was away has failed, and takes no place when it comes back', async () => {
  const answers: boolean[] = []
  const begun: number[] = []
  const jobs = [1]
  const { loop, finished, failed } = startLoop(
    jobs,
    1,
    async (job, place) => {
      begun.push(job)
      if (job === 1) answers.push(await place.leaveUntil(Date.now() + 500))
    },
    200,
  )
  await vi.advanceTimersByTimeAsync(1000)
  expect([answers, failed]).toEqual([[false], [1]])
  jobs.push(2, 3)
  loop.wake()
  await vi.advanceTimersByTimeAsync(100)
  expect([begun, finished]).toEqual([
    [1, 2, 3],
    [2, 3],
  ])
  await loop.stop(1000)
})

test('however many come back at once, no more are there than places', async () => {
  let here = 0
  let most = 0
  const { loop, finished } = startLoop(
    Array.from({ length: 30 }, (_, n) => n),
    3,
    async (_job, place) => {
      await place.leaveUntil(5000)
      most = Math.max(most, ++here)
      await new Promise((resolve) => setTimeout(resolve, 10))
      here--
    },
  )
  await vi.advanceTimersByTimeAsync(10_000)
  expect(finished).toHaveLength(30)
  expect(most).toBe(3)
  await loop.stop(1000)
})
