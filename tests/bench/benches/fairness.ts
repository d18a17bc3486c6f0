import { inboxCount } from '../load/traffic.ts'
import type { Options } from '../options.ts'
import { type Figure, ratioFigure } from '../report.ts'
import { openScene, type Scene, send } from '../scene.ts'
import { percentile } from '../statistics.ts'
import { openProbe, type Probe } from './probe.ts'

const bench = 'fairness'

/** Events a second of each inbox, and what the busy one gets of it. */
const perInbox = 50
const factor = 10

interface Waits {
  /** p99 of the acknowledgement in the other inboxes, ms. */
  readonly acknowledged: number
  /** p99 from webhook to REST in the other inboxes, ms. */
  readonly seen: number
}

const measure = async (scene: Scene, probe: Probe, hotFactor: number, seconds: number): Promise<Waits> => {
  const rate = perInbox * (inboxCount - 1 + hotFactor)
  const load = send(scene.generator, scene.ours, { count: rate * seconds, hotFactor }, { seconds, rate })
  const [seen, { usual }] = await Promise.all([probe.run(seconds), load])
  await scene.settle()
  return { acknowledged: usual.p99, seen: percentile(seen, 0.99) }
}

/** What an inbox with ten times the load does to the others. */
export const fairness = async (options: Options): Promise<Figure[]> => {
  await using scene = await openScene()
  using probe = await openProbe(scene)
  const rounds: { readonly busy: Waits; readonly calm: Waits }[] = []
  for (let n = 0; n < options.rounds; n++) {
    const factors = n % 2 === 0 ? [1, factor] : [factor, 1]
    const [first, second] = [
      await measure(scene, probe, factors[0] ?? 1, options.seconds),
      await measure(scene, probe, factors[1] ?? 1, options.seconds),
    ]
    rounds.push(n % 2 === 0 ? { calm: first, busy: second } : { busy: first, calm: second })
  }
  const pairs = (what: keyof Waits) => rounds.map(({ busy, calm }) => ({ ours: busy[what], floor: calm[what] }))
  const figure = `beside an inbox at ${factor}× load, against without`
  return [
    ratioFigure({ bench, figure: `p99 of the acknowledgement ${figure}`, unit: 'ms' }, pairs('acknowledged'), { atMost: 2 }),
    ratioFigure({ bench, figure: `p99 from webhook to REST ${figure}`, unit: 'ms' }, pairs('seen'), { atMost: 2 }),
  ]
}
