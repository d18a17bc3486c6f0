import type { Duration } from '#domain/shared/instant.ts'

export interface GroupCommitOptions<Item> {
  /** Writes items together; one result for each, in their order. */
  write(items: readonly Item[]): Promise<readonly PromiseSettledResult<unknown>[]>
  readonly maxBatch: number
  readonly maxInFlight: number
  readonly timeoutMs: Duration
}

interface Waiting<Item> {
  readonly item: Item
  settle(result: PromiseSettledResult<unknown>): void
}

/**
 * Lets everything that has arrived at this moment get in line. An embedded database keeps the thread while it works, so without
 * this each request that came meanwhile would be written alone.
 */
const turn = (): Promise<void> => new Promise((resolve) => void (globalThis.setImmediate ?? setTimeout)(resolve))

/** A write of so many items shows a load; the load lasts until so long (ms) after the last such write. */
const pressingItems = 8
const pressingFor = 20

/**
 * Turns single writes into batches: while `maxInFlight` writes are under way, items wait, and then go together. An item that
 * has not been written within `timeoutMs` is rejected, and is no longer written where its write had not begun.
 */
export const createGroupCommit = <Item>({ write, maxBatch, maxInFlight, timeoutMs }: GroupCommitOptions<Item>) => {
  const queue = new Set<Waiting<Item>>()
  let inFlight = 0
  let pressedAt = Number.NEGATIVE_INFINITY

  const take = (): Waiting<Item>[] => {
    const batch = [...queue].slice(0, maxBatch)
    for (const waiting of batch) queue.delete(waiting)
    return batch
  }

  const flush = async (): Promise<void> => {
    const batch = take()
    if (batch.length >= pressingItems) pressedAt = performance.now()
    const results = await write(batch.map(({ item }) => item)).catch((reason: unknown) =>
      batch.map((): PromiseRejectedResult => ({ status: 'rejected', reason })),
    )
    for (const [n, waiting] of batch.entries()) waiting.settle(results[n] ?? { status: 'rejected', reason: new Error('no result') })
  }

  const pump = async (): Promise<void> => {
    if (inFlight >= maxInFlight) return
    inFlight += 1
    while (queue.size > 0) {
      await turn()
      await flush()
    }
    inFlight -= 1
  }

  const append = (item: Item): Promise<void> =>
    new Promise((resolve, reject) => {
      const waiting: Waiting<Item> = {
        item,
        settle(result) {
          clearTimeout(timer)
          if (result.status === 'fulfilled') resolve()
          else reject(result.reason)
        },
      }
      const timer = setTimeout(() => {
        queue.delete(waiting)
        reject(new Error(`Not written within ${timeoutMs} ms`))
      }, timeoutMs)
      queue.add(waiting)
      void pump()
    })

  return { append, isPressed: (): boolean => performance.now() - pressedAt < pressingFor }
}
