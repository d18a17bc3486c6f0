/** Numbers in [0, 1) that repeat for the same seed (mulberry32). Only faults use it: ids must never repeat. */
export interface Random {
  next(): number
  seed(seed: number): void
  /** A copy in another order; never the same order when there is more than one item. */
  shuffle<T>(items: readonly T[]): T[]
}

export const createRandom = (initial = 1): Random => {
  let state = initial | 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const shuffle = <T>(items: readonly T[]): T[] => {
    const shuffled = items
      .map((item) => ({ item, at: next() }))
      .sort((a, b) => a.at - b.at)
      .map(({ item }) => item)
    return shuffled.every((item, index) => item === items[index]) ? shuffled.reverse() : shuffled
  }
  return {
    next,
    shuffle,
    seed: (seed) => {
      state = seed | 0
    },
  }
}
