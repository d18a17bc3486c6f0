import type { Contestant } from '../children.ts'
import type { Options } from '../options.ts'
import { type Figure, plainFigure, reachedFigure } from '../report.ts'
import { openSending, type Sending } from '../sending.ts'
import { percentile } from '../statistics.ts'

const bench = 'send'

/** Sends a second at which ours is as good as idle. */
const calmRate = 10
const connections = 32
const target = 300

const now = (): number => performance.timeOrigin + performance.now()

/** From the POST to the call of the provider, ms. */
const measureCalm = async ({ generator, prepare, arrivals, settle }: Sending, ours: Contestant, seconds: number): Promise<number[]> => {
  const texts = await prepare(ours, calmRate * seconds)
  const { sentAt } = await generator.run({ port: ours.port, connections: 1, seconds: seconds + 2, rate: calmRate })
  await settle()
  const arrived = await arrivals()
  return texts.map((text, n) => (arrived.get(text) ?? Number.NaN) - (sentAt[n] ?? Number.NaN))
}

/** Answers written as fast as they are taken: how many a second, from the first POST until the provider took the last one. */
const measureBusy = async ({ generator, prepare, arrivals, settle }: Sending, ours: Contestant, seconds: number): Promise<number> => {
  const count = target * seconds
  const texts = await prepare(ours, count)
  const startedAt = now()
  const { failed } = await generator.run({ port: ours.port, connections, seconds: 120 })
  await settle()
  const took = (now() - startedAt) / 1000
  const arrived = await arrivals()
  if (failed > 0 || texts.some((text) => !arrived.has(text))) throw new Error('Not everything was sent.')
  return count / took
}

/** How soon an answer leaves, and how many leave in a second. */
export const send = async (options: Options): Promise<Figure[]> => {
  await using scene = await openSending()
  const ours = await scene.start('all')
  await measureBusy(scene, ours, 2)
  const calm: number[][] = []
  const busy: number[] = []
  for (let n = 0; n < options.rounds; n++) {
    calm.push(await measureCalm(scene, ours, options.seconds))
    busy.push(await measureBusy(scene, ours, options.seconds))
  }
  const values = (share: number): number[] => calm.map((latencies) => percentile(latencies, share))
  return [
    plainFigure({ bench, figure: 'POST to the call of the provider, idle, p50', unit: 'ms' }, values(0.5)),
    plainFigure({ bench, figure: 'POST to the call of the provider, idle, p99', unit: 'ms' }, values(0.99), 60),
    reachedFigure({ bench, figure: 'answers from the POST to the provider, 20 accounts', unit: 'sends/s' }, busy, target),
  ]
}
