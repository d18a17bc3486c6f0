/** What is assumed before anything is known: so many events in so many ms, soon outweighed. */
const assumed = { events: 100, took: 100 }

/** So much work is remembered, ms. */
const memory = 2_000

/** How many events are applied in a second of work, learnt from batches that had as much to do as they could. */
export const createSpeed = () => {
  let { events: applied, took } = assumed
  let lastEnd = 0

  return {
    /** Of a batch that ends now; `startedAt` by performance.now(). The time of batches side by side counts once. */
    learn(events: number, startedAt: number): void {
      const now = performance.now()
      applied += events
      took += now - Math.max(startedAt, lastEnd)
      lastEnd = now
      if (took > memory) [applied, took] = [applied / 2, took / 2]
    },
    perSecond: (): number => (applied * 1_000) / took,
  }
}
