import { expect, test } from 'vitest'
import { leftOut, together } from '#application/together.ts'

/** Runs that take until they are told to go on, and what each was about. */
const watched = (answer: (asked: number) => number = (asked) => asked * 10) => {
  const runs: number[][] = []
  const gates: (() => void)[] = []
  const ask = together(async (asked: readonly number[]) => {
    runs.push([...asked])
    await new Promise<void>((resolve) => gates.push(resolve))
    return asked.map(answer)
  })
  const pass = async (): Promise<void> => {
    while (gates.length === 0) await Promise.resolve()
    gates.shift()?.()
  }
  return { runs, ask, pass }
}

test('what is asked at once, or while another run is under way, goes together, and each gets its own answer', async () => {
  const { runs, ask, pass } = watched()
  const first = [ask(1), ask(2)]
  await Promise.resolve()
  await Promise.resolve()
  const second = [ask(3), ask(4)]
  await pass()
  await pass()
  expect(await Promise.all([...first, ...second])).toEqual([10, 20, 30, 40])
  expect(runs).toEqual([
    [1, 2],
    [3, 4],
  ])
})

test('where a run of several fails, only those fail that fail alone', async () => {
  const { runs, ask, pass } = watched((asked) => {
    if (asked === 2) throw new Error('two')
    return asked
  })
  const answers = Promise.allSettled([ask(1), ask(2), ask(3)])
  for (let n = 0; n < 4; n++) await pass()
  expect((await answers).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  expect(runs).toEqual([[1, 2, 3], [1], [2], [3]])
})

test('asks for no more than a hundred in one run', async () => {
  const { runs, ask, pass } = watched()
  const answers = Promise.all(Array.from({ length: 150 }, (_, n) => ask(n)))
  await pass()
  await pass()
  expect(await answers).toHaveLength(150)
  expect(runs.map(({ length }) => length)).toEqual([100, 50])
})

test('one that is left out of a run is run alone, and neither those of its run nor later ones wait for it', async () => {
  const held = Promise.withResolvers<string>()
  const runs: string[][] = []
  const ask = together(
    async (asked: readonly string[]) => {
      runs.push([...asked])
      return asked.map((each) => (each === 'held' ? leftOut : each))
    },
    () => held.promise,
  )
  const [waiting, other] = [ask('held'), ask('other')]
  expect(await other).toBe('other')
  expect(await ask('later')).toBe('later')
  held.resolve('alone')
  expect(await waiting).toBe('alone')
  expect(runs).toEqual([['held', 'other'], ['later']])
})

test('one that failed without company is not run again', async () => {
  let runs = 0
  const ask = together(async () => {
    runs += 1
    throw new Error('no')
  })
  await expect(ask('one')).rejects.toThrow('no')
  expect(runs).toBe(1)
})
