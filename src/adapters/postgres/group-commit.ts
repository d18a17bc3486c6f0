import { createFlow } from '#adapters/postgres/flow.ts'
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
  /** By performance.now(). */
  readonly deadline: number
  resolve(): void
  reject(reason: unknown): void
}

/**
 * Lets everything that has arrived at this moment get in line. An embedded database keeps the thread while it works, so without
 * this each request that came meanwhile would be written alone.
 */
const turn = (): Promise<void> => new Promise((resolve) => void (globalThis.setImmediate ?? setTimeout)(resolve))

/** How long after its end a write still tells how many come at once, ms. */
const tellingFor = 12

/** How long an item counts for the rate at which they come, ms. */
const flowMemory = 150

/** The sizes of writes that are under way, for so long at most (ms), or ended lately. */
const createSizes = (longest: Duration) => {
  let known: { readonly size: number; until: number }[] = []
  const current = () => known.filter(({ until }) => until > performance.now())
  return {
    /** Answers what is to be called when that write ends. */
    begin(size: number): () => void {
      const write = { size, until: performance.now() + longest }
      known = [...current(), write]
      return () => {
        write.until = Math.min(write.until, performance.now() + tellingFor)
      }
    },
    most: (): number => Math.max(0, ...current().map(({ size }) => size)),
  }
}

/** Items that have not been told yet what became of them, oldest first, and one timer for them all. */
const createDeadlines = <Item>(timeoutMs: Duration, onLate: (waiting: Waiting<Item>) => void) => {
  const unsettled = new Set<Waiting<Item>>()
  let timer: ReturnType<typeof setTimeout> | undefined

  const arm = (): void => {
    const [oldest] = unsettled
    timer = oldest && setTimeout(expire, oldest.deadline - performance.now())
  }

  const expire = (): void => {
    for (const waiting of unsettled) {
      if (waiting.deadline > performance.now()) break
      unsettled.delete(waiting)
      onLate(waiting)
      waiting.reject(new Error(`Not written within ${timeoutMs} ms`))
    }
    arm()
  }

  return {
    add(waiting: Waiting<Item>): void {
      unsettled.add(waiting)
      if (timer === undefined) arm()
    },
    settle(waiting: Waiting<Item>, result: PromiseSettledResult<unknown>): void {
      if (!unsettled.delete(waiting)) return
      if (result.status === 'fulfilled') waiting.resolve()
      else waiting.reject(result.reason)
      if (unsettled.size > 0) return
      clearTimeout(timer)
      timer = undefined
    },
  }
}

/**
 * Turns single writes into batches: while `maxInFlight` writes are under way, items wait, and then go together. One more write
 * beside others begins once half as many wait as the last one took, so that their batches stay alike in size. An item that has
 * not been written within `timeoutMs` is rejected, and is no longer written where its write had not begun.
 */
export const createGroupCommit = <Item>({ write, maxBatch, maxInFlight, timeoutMs }: GroupCommitOptions<Item>) => {
  let queue: Waiting<Item>[] = []
  const deadlines = createDeadlines<Item>(timeoutMs, (late) => {
    queue = queue.filter((waiting) => waiting !== late)
  })
  let inFlight = 0
  let lastTaken = 0
  const sizes = createSizes(timeoutMs)
  const flow = createFlow(flowMemory)

  const take = (): Waiting<Item>[] => {
    const batch = queue.slice(0, maxBatch)
    queue = queue.slice(maxBatch)
    return batch
  }

  const flush = async (): Promise<void> => {
    const batch = take()
    if (batch.length === 0) return
    lastTaken = batch.length
    const ended = sizes.begin(batch.length)
    const results = await write(batch.map(({ item }) => item)).catch((reason: unknown) =>
      batch.map((): PromiseRejectedResult => ({ status: 'rejected', reason })),
    )
    ended()
    for (const [n, waiting] of batch.entries()) {
      deadlines.settle(waiting, results[n] ?? { status: 'rejected', reason: new Error('no result') })
    }
  }

  const pump = async (): Promise<void> => {
    if (inFlight >= maxInFlight || (inFlight > 0 && queue.length < lastTaken / 2)) return
    inFlight += 1
    while (queue.length > 0) {
      await turn()
      await flush()
    }
    inFlight -= 1
  }

  const append = (item: Item): Promise<void> =>
    new Promise((resolve, reject) => {
      const waiting = { item, deadline: performance.now() + timeoutMs, resolve, reject }
      flow.note()
      deadlines.add(waiting)
      queue.push(waiting)
      void pump()
    })

  return { append, atOnce: sizes.most, perSecond: flow.perSecond }
}
