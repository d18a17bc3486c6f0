import { writeHistory } from '../history.ts'
import type { Options } from '../options.ts'
import { type Figure, ratioFigure } from '../report.ts'
import { acknowledgedPerSecond, openScene, type Scene } from '../scene.ts'
import { applied } from './apply.ts'

const bench = 'large'
const history = 10_000_000

interface Rates {
  readonly acknowledged: number
  readonly applied: number
}

const measure = async (scene: Scene, seconds: number): Promise<Rates> => {
  const acknowledged = await acknowledgedPerSecond(scene.generator, scene.ours, seconds)
  await scene.settle()
  return { acknowledged, applied: (await applied(scene, seconds)).perSecond }
}

/** What ten million messages in the database cost. */
export const large = async (options: Options): Promise<Figure[]> => {
  await using fresh = await openScene()
  await using full = await openScene()
  await writeHistory(full.databaseUrl, history)
  const pairs: { ours: Rates; floor: Rates }[] = []
  for (let n = 0; n < options.rounds; n++) {
    const before = n % 2 === 1 ? await measure(fresh, options.seconds) : undefined
    const ours = await measure(full, options.seconds)
    pairs.push({ ours, floor: before ?? (await measure(fresh, options.seconds)) })
  }
  const figure = (what: keyof Rates): Figure =>
    ratioFigure(
      { bench, figure: `${what} with ${history} messages, against with none`, unit: 'events/s' },
      pairs.map(({ ours, floor }) => ({ ours: ours[what], floor: floor[what] })),
      { atLeast: 0.8 },
    )
  return [figure('acknowledged'), figure('applied')]
}
