import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { createGroupCommit, type GroupCommitOptions } from '#adapters/postgres/group-commit.ts'

const fulfilled: PromiseFulfilledResult<undefined> = { status: 'fulfilled', value: undefined }

/** Writes that end when the test says so. */
const underHand = (options: Partial<GroupCommitOptions<string>> = {}) => {
  const writes: { readonly items: readonly string[]; end(results?: readonly PromiseSettledResult<unknown>[]): void }[] = []
  const { append, atOnce, perSecond } = createGroupCommit<string>({
    write: (items) => new Promise((resolve) => writes.push({ items, end: (results = items.map(() => fulfilled)) => resolve(results) })),
    maxBatch: 100,
    maxInFlight: 1,
    timeoutMs: 60_000,
    ...options,
  })
  const begun = (count: number) => vi.waitFor(() => expect(writes).toHaveLength(count))
  return { writes, append, atOnce, perSecond, begun }
}

describe('group commit', () => {
  test('writes what comes in one tick together, and what comes meanwhile together after it', async () => {
    const { writes, append, begun } = underHand()
    const first = Promise.all([append('a'), append('b')])
    await begun(1)
    const second = Promise.all(['c', 'd', 'e'].map(append))
    writes[0]!.end()
    await first
    await begun(2)
    expect(writes.map(({ items }) => items)).toEqual([
      ['a', 'b'],
      ['c', 'd', 'e'],
    ])
    writes[1]!.end()
    await second
  })

  test('resolves nobody before the write that holds them has ended', async () => {
    const { writes, append, begun } = underHand()
    const settled: string[] = []
    const both = ['a', 'b'].map((item) => append(item).then(() => settled.push(item)))
    await begun(1)
    expect(settled).toEqual([])
    writes[0]!.end()
    await Promise.all(both)
    expect(settled).toEqual(['a', 'b'])
  })

  test('keeps to the size of a batch and to the writes side by side', async () => {
    const { writes, append, begun } = underHand({ maxBatch: 2, maxInFlight: 2 })
    const one = append('a')
    await begun(1)
    const rest = Promise.all(['b', 'c', 'd', 'e'].map(append))
    await begun(2)
    writes[0]!.end()
    await begun(3)
    writes[1]!.end()
    writes[2]!.end()
    await Promise.all([one, rest])
    expect(writes.map(({ items }) => items)).toEqual([['a'], ['b', 'c'], ['d', 'e']])
  })

  test('each hears its own result', async () => {
    const { writes, append, begun } = underHand()
    const results = Promise.allSettled(['a', 'b', 'c'].map(append))
    await begun(1)
    writes[0]!.end([fulfilled, { status: 'rejected', reason: new Error('b is bad') }, fulfilled])
    expect((await results).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  })

  test('a write that throws rejects all of its items, and the next goes on', async () => {
    let calls = 0
    const write: GroupCommitOptions<string>['write'] = async (items) => {
      if (++calls === 1) throw new Error('gone')
      return items.map(() => fulfilled)
    }
    const { append } = createGroupCommit<string>({ write, maxBatch: 10, maxInFlight: 1, timeoutMs: 60_000 })
    const results = await Promise.allSettled([append('a'), append('b')])
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    await append('c')
  })

  test('knows how many come in a second of late', async () => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    const { append, perSecond } = underHand()
    expect(perSecond()).toBe(0)
    for (let ms = 0; ms < 1_000; ms++) {
      void append('a').catch(() => {})
      vi.advanceTimersByTime(1)
    }
    expect(perSecond()).toBeGreaterThan(990)
    expect(perSecond()).toBeLessThan(1_010)
    vi.advanceTimersByTime(1_000)
    expect(perSecond()).toBeLessThan(10)
  })

  test('knows how many went into one write at most, from its beginning until shortly after its end', async () => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    const { writes, append, atOnce } = underHand()
    const write = async (count: number) => {
      for (let n = 0; n < count; n++) void append('a')
      await vi.advanceTimersByTimeAsync(1)
    }
    expect(atOnce()).toBe(0)
    await write(7)
    await vi.advanceTimersByTimeAsync(500)
    expect(atOnce()).toBe(7)
    writes[0]!.end()
    await write(3)
    await vi.advanceTimersByTimeAsync(5)
    expect(atOnce()).toBe(7)
    await vi.advanceTimersByTimeAsync(20)
    expect(atOnce()).toBe(3)
    writes[1]!.end()
    await vi.advanceTimersByTimeAsync(20)
    expect(atOnce()).toBe(0)
  })

  test('a write that hangs tells how many come at once no longer than they are waited for', async () => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    const { append, atOnce } = underHand({ timeoutMs: 1000 })
    const late = Promise.allSettled(Array.from({ length: 20 }, () => append('a')))
    await vi.advanceTimersByTimeAsync(990)
    expect(atOnce()).toBe(20)
    await vi.advanceTimersByTimeAsync(20)
    await late
    expect(atOnce()).toBe(0)
  })

  test('what takes too long is rejected, and not written any more where it had not begun', async () => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    const { writes, append } = underHand({ timeoutMs: 1000, maxBatch: 1 })
    const late = Promise.allSettled(['a', 'b'].map(append))
    await vi.advanceTimersByTimeAsync(1000)
    expect(await late).toMatchObject(['a', 'b'].map(() => ({ status: 'rejected', reason: { message: 'Not written within 1000 ms' } })))
    writes[0]!.end()
    const next = append('c')
    await vi.advanceTimersByTimeAsync(0)
    expect(writes.map(({ items }) => items)).toEqual([['a'], ['c']])
    writes[1]!.end()
    await next
  })
})
