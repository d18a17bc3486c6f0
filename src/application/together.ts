/** Answers for all that was asked, in their order. */
type RunAll<Asked, Answer> = (asked: readonly Asked[]) => Promise<readonly Answer[]>

interface Waiting<Asked, Answer> {
  readonly asked: Asked
  resolve(answer: Answer): void
  reject(reason: unknown): void
}

/** One run is about so many at most. */
const most = 100

/**
 * Makes one run of what is asked at the same moment, or while an earlier run is under way: the more there is to do, the more of it
 * a statement is about. Where a run of several fails, each has one of its own, so that none fails for another's sake.
 */
export const together = <Asked, Answer>(runAll: RunAll<Asked, Answer>): ((asked: Asked) => Promise<Answer>) => {
  let queue: Waiting<Asked, Answer>[] = []
  let running = false

  const run = async (group: readonly Waiting<Asked, Answer>[]): Promise<void> => {
    try {
      const answers = await runAll(group.map(({ asked }) => asked))
      if (answers.length !== group.length) throw new Error(`${answers.length} answers to ${group.length} questions`)
      for (const [n, { resolve }] of group.entries()) resolve(answers[n] as Answer)
    } catch (error) {
      if (group.length > 1) for (const one of group) await run([one])
      else group[0]?.reject(error)
    }
  }

  const runThrough = async (): Promise<void> => {
    running = true
    while (queue.length > 0) {
      await Promise.resolve()
      const group = queue.slice(0, most)
      queue = queue.slice(most)
      await run(group)
    }
    running = false
  }

  return (asked) =>
    new Promise((resolve, reject) => {
      queue.push({ asked, resolve, reject })
      if (!running) void runThrough()
    })
}
