/** What is assumed before anything is known: so many events in so many ms, soon outweighed. */
const assumed = { events: 100, took: 100 }

/** So much work is remembered, ms. */
const memory = 2_000

/** A batch that hangs teaches no more than one that took so long, ms. */
const longest = 500

/** How many events are applied in a second of work, learnt from full batches. */
export const createSpeed = () => {
  let { events: applied, took } = assumed
  let lastEnd = 0

  return {
    /** Of a batch that ends now; `startedAt` by performance.now(). The time of batches side by side counts once. */
    learn(events: number, startedAt: number): void {
      const now = performance.now()
      applied += events
      took += Math.min(now - Math.max(startedAt, lastEnd), longest)
      lastEnd = now
      if (took > memory) [applied, took] = [applied / 2, took / 2]
    },
    perSecond: (): number => (applied * 1_000) / took,
  }
}
