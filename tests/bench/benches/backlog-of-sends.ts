import type { Options } from '../options.ts'
import { type Figure, reachedFigure } from '../report.ts'
import { openSending, type Sending } from '../sending.ts'

const bench = 'backlog-of-sends'

const target = 800

/** Answers are written while nobody delivers; then a worker starts. Sends a second, from its first call to its last. */
const measure = async ({ generator, prepare, arrivals, settle, start }: Sending, seconds: number): Promise<number> => {
  const count = target * seconds
  const web = await start('web')
  await prepare(web, count)
  await generator.run({ port: web.port, connections: 16, seconds: 120 })
  await web[Symbol.asyncDispose]()
  const worker = await start('worker')
  await settle()
  await worker[Symbol.asyncDispose]()
  const times = [...(await arrivals()).values()].toSorted((a, b) => a - b)
  if (times.length !== count) throw new Error(`${times.length} of ${count} were sent.`)
  return (1000 * (count - 1)) / ((times.at(-1) ?? 0) - (times[0] ?? 0))
}

/** How fast a backlog leaves. */
export const backlogOfSends = async (options: Options): Promise<Figure[]> => {
  await using scene = await openSending()
  const rates: number[] = []
  for (let n = 0; n < options.rounds; n++) rates.push(await measure(scene, options.seconds))
  return [reachedFigure({ bench, figure: 'answers from a backlog, 20 accounts, one worker', unit: 'sends/s' }, rates, target)]
}
