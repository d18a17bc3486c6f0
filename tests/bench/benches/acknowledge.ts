import type { Contestant } from '../children.ts'
import type { Options } from '../options.ts'
import { type Figure, plainFigure, ratioFigure } from '../report.ts'
import { acknowledgedPerSecond, mostPerSecond, openScene, type Scene, send } from '../scene.ts'

const bench = 'acknowledge'

/** The floors and what ours has to be in relation to each. */
const floors = [
  { name: 'hono-insert', atLeast: 2 },
  { name: 'express-insert', atLeast: 2 },
  { name: 'hono-hmac', atLeast: 0.55 },
] as const
const withoutDatabase = 'hono-hmac'

/** Of our peak, which is looked for immediately before: the machine's own speed comes and goes within seconds. */
const share = 0.8
const looks = 2

interface Round {
  readonly rates: ReadonlyMap<string, number>
  /** How long ours went on applying afterwards, s. */
  readonly backlogGone: number
  /** p99 of the acknowledgement at that share of the peak, ms: from the peak on, and out of idleness. */
  readonly fromPeak: readonly number[]
  readonly fromIdle: readonly number[]
  /** The same of a server that only answers, at that share of its own peak: what the machine does to whoever is that busy. */
  readonly ofMachine: readonly number[]
}

/** Every contestant once, in an order that turns from round to round. */
const measureRound = async (scene: Scene, contestants: readonly Contestant[], { seconds }: Options, n: number): Promise<Round> => {
  const { ours, generator } = scene
  const rates = new Map<string, number>()
  let backlogGone = 0
  const turned = contestants.map((_, i) => contestants[(i + n) % contestants.length]).filter((c) => c !== undefined)
  for (const contestant of turned) {
    rates.set(contestant.name, await acknowledgedPerSecond(generator, contestant, seconds))
    if (contestant === ours) backlogGone = await scene.settle()
  }
  const atShare = (contestant: Contestant) =>
    send(generator, contestant, { count: 2 * mostPerSecond * seconds }, { seconds, shareOfPeak: share })
  const [fromPeak, fromIdle, ofMachine]: [number[], number[], number[]] = [[], [], []]
  for (let look = 0; look < looks; look++) {
    const after = await atShare(ours)
    await scene.settle()
    const rate = share * (after.peak ?? Number.NaN)
    const { usual } = await send(generator, ours, { count: Math.ceil(rate * seconds) }, { seconds, rate })
    await scene.settle()
    fromPeak.push(after.usual.p99)
    fromIdle.push(usual.p99)
    for (const machine of contestants.filter(({ name }) => name === withoutDatabase)) ofMachine.push((await atShare(machine)).usual.p99)
  }
  return { rates, backlogGone, fromPeak, fromIdle, ofMachine }
}

/** How fast webhooks are acknowledged, how long one waits for it under load, and what memory that takes. */
export const acknowledge = async (options: Options): Promise<Figure[]> => {
  await using scene = await openScene()
  const contestants = [scene.ours]
  for (const { name } of floors) contestants.push(await scene.startFloor(name))
  const rounds: Round[] = []
  for (let n = 0; n < options.rounds; n++) rounds.push(await measureRound(scene, contestants, options, n))
  const rate = ({ rates }: Round, name: string): number => rates.get(name) ?? Number.NaN
  const values = (of: (round: Round) => number): number[] => rounds.map(of)
  return [
    ...floors.map(({ name, atLeast }) =>
      ratioFigure(
        { bench, figure: `acknowledged, against ${name}`, unit: 'req/s' },
        rounds.map((round) => ({ ours: rate(round, 'ours'), floor: rate(round, name) })),
        { atLeast },
      ),
    ),
    plainFigure(
      { bench, figure: 'backlog gone after the load', unit: 's' },
      values(({ backlogGone }) => backlogGone),
      10,
    ),
    plainFigure(
      { bench, figure: 'p99 of the acknowledgement at 80 % of our peak, right after it', unit: 'ms' },
      rounds.flatMap(({ fromPeak }) => fromPeak),
      60,
    ),
    plainFigure(
      { bench, figure: 'p99 of the acknowledgement at 80 % of our peak, out of idleness', unit: 'ms' },
      rounds.flatMap(({ fromIdle }) => fromIdle),
      60,
    ),
    plainFigure(
      { bench, figure: `p99 of ${withoutDatabase} at 80 % of its own peak, for comparison`, unit: 'ms' },
      rounds.flatMap(({ ofMachine }) => ofMachine),
    ),
    plainFigure({ bench, figure: 'most memory of the server under that load', unit: 'MB' }, [scene.ours.peakMemory()], 250),
  ]
}
