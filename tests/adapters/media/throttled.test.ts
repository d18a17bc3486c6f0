import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { throttled } from '#adapters/media/throttled.ts'
import type { Downloads } from '#application/ports/downloads.ts'
import { ok } from '#domain/shared/result.ts'

const limits = { bytes: 10_000_000, time: 20_000 }
const chunk = new Uint8Array(10_000)

/** A hundred chunks at once, a million bytes. */
const source: Downloads = {
  get: async (_, __, take) =>
    ok(
      await take(
        (async function* () {
          for (let n = 0; n < 100; n++) yield chunk
        })(),
      ),
    ),
}

const sizeOf = async (content: AsyncIterable<Uint8Array>): Promise<number> => {
  let size = 0
  for await (const { byteLength } of content) size += byteLength
  return size
}

/** How long (ms) so many files take side by side, and what came. */
const taking = async (downloads: Downloads, files: number) => {
  const startedAt = performance.now()
  const all = Promise.all(Array.from({ length: files }, () => downloads.get('https://a.example', limits, sizeOf)))
  const ended = all.then((sizes) => ({ ms: performance.now() - startedAt, sizes }))
  await vi.advanceTimersByTimeAsync(60_000)
  return ended
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test.each([1, 4])('%d files together come at the rate that was given, whole', async (files) => {
  const { ms, sizes } = await taking(throttled(source, 500_000), files)
  expect(sizes).toEqual(Array.from({ length: files }, () => ok(1_000_000)))
  expect(ms).toBeGreaterThanOrEqual(files * 2_000 - 30)
  expect(ms).toBeLessThanOrEqual(files * 2_000 + 30)
})

test('after a pause nobody catches up with what was not used', async () => {
  const downloads = throttled(source, 500_000)
  await taking(downloads, 1)
  const { ms } = await taking(downloads, 1)
  expect(ms).toBeGreaterThanOrEqual(1_970)
})

test('what fails is told as it is', async () => {
  const failing: Downloads = { get: async () => ({ ok: false, error: { code: 'download.refused' } }) }
  expect(await throttled(failing, 1).get('https://a.example', limits, sizeOf)).toEqual(
    await failing.get('https://a.example', limits, sizeOf),
  )
})
