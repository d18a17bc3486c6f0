import type { Contestant } from '../children.ts'
import type { Options } from '../options.ts'
import { type Figure, ratioFigure } from '../report.ts'
import { openSending, type Sending } from '../sending.ts'

const bench = 'post'

/** POSTs a second, over one connection: what is measured is the way through the handler and not the queue before it. */
const rate = 50

const measure = async ({ generator, prepare }: Sending, server: Contestant, seconds: number): Promise<number> => {
  await prepare(server, rate * seconds)
  const { usual, failed } = await generator.run({ port: server.port, connections: 1, seconds: seconds + 2, rate })
  if (failed > 0) throw new Error(`${failed} POSTs failed.`)
  return usual.p50
}

/** How long it takes to write an answer down, against a message and a job inserted by hand. */
export const post = async (options: Options): Promise<Figure[]> => {
  await using scene = await openSending()
  const [ours, floor] = [await scene.start('web'), await scene.startFloor()]
  for (const server of [ours, floor]) await measure(scene, server, 2)
  const pairs: { ours: number; floor: number }[] = []
  for (let n = 0; n < options.rounds; n++) {
    const before = n % 2 === 1 ? await measure(scene, floor, options.seconds) : undefined
    const value = await measure(scene, ours, options.seconds)
    pairs.push({ ours: value, floor: before ?? (await measure(scene, floor, options.seconds)) })
  }
  return [ratioFigure({ bench, figure: 'POST of an answer, p50, against two-inserts', unit: 'ms' }, pairs, { atMost: 2.5 })]
}
