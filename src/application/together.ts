/** The answer to one that could not be taken in company. It is then run alone. */
export const leftOut = Symbol('left out')

/** Answers for all that was asked, in their order. */
type RunAll<Asked, Answer> = (asked: readonly Asked[]) => Promise<readonly (Answer | typeof leftOut)[]>

type RunOne<Asked, Answer> = (asked: Asked) => Promise<Answer>

interface Waiting<Asked, Answer> {
  readonly asked: Asked
  resolve(answer: Answer | PromiseLike<Answer>): void
  reject(reason: unknown): void
}

/** One run is about so many at most. */
const most = 100

const inRunsOfOne =
  <Asked, Answer>(runAll: RunAll<Asked, Answer>): RunOne<Asked, Answer> =>
  async (asked) => {
    const [answer] = await runAll([asked])
    if (answer === leftOut) throw new Error('One that was alone was left out.')
    return answer as Answer
  }

/**
 * Makes one run of what is asked at the same moment, or while an earlier run is under way: the more there is to do, the more of it
 * a statement is about. Nobody waits for company that is not there. Where a run of several fails, each is run `alone`, so that none
 * fails for another's sake; nobody waits for those.
 */
export const together = <Asked, Answer>(
  runAll: RunAll<Asked, Answer>,
  alone: RunOne<Asked, Answer> = inRunsOfOne(runAll),
): RunOne<Asked, Answer> => {
  let queue: Waiting<Asked, Answer>[] = []
  let running = false

  const run = async (group: readonly Waiting<Asked, Answer>[]): Promise<void> => {
    try {
      const answers = await runAll(group.map(({ asked }) => asked))
      if (answers.length !== group.length) throw new Error(`${answers.length} answers to ${group.length} questions`)
      for (const [n, { asked, resolve }] of group.entries()) {
        const answer = answers[n]
        resolve(answer === leftOut ? alone(asked) : (answer as Answer))
      }
    } catch (error) {
      if (group.length > 1) for (const { asked, resolve } of group) resolve(alone(asked))
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
