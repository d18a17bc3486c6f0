/** Things to be done later, each once under its name, unless everything is stopped before. */
export const createTimers = () => {
  const pending = new Map<string, NodeJS.Timeout>()
  let stopped = false
  return {
    /** Where something of this name waits, this is forgotten. */
    wake(name: string, after: number, then: () => void): void {
      if (stopped || pending.has(name)) return
      const ring = (): void => {
        pending.delete(name)
        then()
      }
      pending.set(name, setTimeout(ring, Math.max(0, after)))
    },
    stop(): void {
      stopped = true
      for (const timer of pending.values()) clearTimeout(timer)
      pending.clear()
    },
  }
}
