import type { Options } from '../options.ts'
import { type Figure, ratioFigure } from '../report.ts'
import { openTokenScene, type Refreshed, type Tokens } from '../tokens.ts'

const bench = 'refresh'

const fewest = 100
const sizes = [1_000, 10_000]

/** A token may cost so many times as much among many as it costs among few. */
const limit = { atMost: 1.5 }

interface Pair {
  readonly ours: Refreshed
  readonly floor: Refreshed
}

/** Ours against the few, in turns: which of the two comes first changes from round to round. */
const measure = async (many: Tokens, due: number, few: Tokens, n: number): Promise<Pair> => {
  const before = n % 2 === 1 ? await few.refresh(fewest) : undefined
  const ours = await many.refresh(due)
  return { ours, floor: before ?? (await few.refresh(fewest)) }
}

const figures = (what: string, pairs: readonly Pair[]): Figure[] => [
  ratioFigure(
    { bench, figure: `CPU for each due token, ${what}`, unit: 'ms' },
    pairs.map(({ ours, floor }) => ({ ours: ours.cpu, floor: floor.cpu })),
    limit,
  ),
  ratioFigure(
    { bench, figure: `rows read for each due token, ${what}`, unit: 'rows' },
    pairs.map(({ ours, floor }) => ({ ours: ours.rows, floor: floor.rows })),
    limit,
  ),
]

/** What refreshing a token costs, by how many inboxes there are and how many of them are due. */
export const refresh = async (options: Options): Promise<Figure[]> => {
  await using scene = await openTokenScene()
  const few = await scene.open(fewest)
  await few.refresh(fewest)
  const all: Figure[] = []
  for (const size of sizes) {
    const many = await scene.open(size)
    await many.refresh(fewest)
    const [some, whole]: [Pair[], Pair[]] = [[], []]
    for (let n = 0; n < options.rounds; n++) {
      some.push(await measure(many, fewest, few, n))
      whole.push(await measure(many, size, few, n))
    }
    all.push(...figures(`${fewest} due of ${size} inboxes, against ${fewest} of ${fewest}`, some))
    all.push(...figures(`all due of ${size} inboxes, against ${fewest} of ${fewest}`, whole))
  }
  return all
}
