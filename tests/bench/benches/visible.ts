import type { Options } from '../options.ts'
import { type Figure, plainFigure } from '../report.ts'
import { openScene, send } from '../scene.ts'
import { percentile } from '../statistics.ts'
import { openProbe } from './probe.ts'

const bench = 'visible'

/** Events a second beside the probe's own ten. */
const rate = 190

/** How long it takes from a webhook until its message is in the REST API, while others write too. */
export const visible = async (options: Options): Promise<Figure[]> => {
  await using scene = await openScene()
  using probe = await openProbe(scene)
  const rounds: number[][] = []
  for (let n = 0; n < options.rounds; n++) {
    const load = send(scene.generator, scene.ours, { count: rate * options.seconds }, { seconds: options.seconds, rate })
    const [latencies] = await Promise.all([probe.run(options.seconds), load])
    rounds.push(latencies)
    await scene.settle()
  }
  const values = (share: number): number[] => rounds.map((latencies) => percentile(latencies, share))
  return [
    plainFigure({ bench, figure: 'webhook to REST at 200 events/s, p50', unit: 'ms' }, values(0.5), 25),
    plainFigure({ bench, figure: 'webhook to REST at 200 events/s, p99', unit: 'ms' }, values(0.99), 150),
  ]
}
