import { openEmbedded } from '#adapters/postgres/embedded.ts'
import { readinessBacklog, secondsUntilNone } from '../backlog.ts'
import { type Contestant, startContestant } from '../children.ts'
import { diskFolder } from '../disk-folder.ts'
import { startGenerator } from '../load/generator.ts'
import { appSecret, knownContacts } from '../load/traffic.ts'
import type { Options } from '../options.ts'
import { type Figure, plainFigure, ratioFigure } from '../report.ts'
import { acknowledgedPerSecond, ourEnvironment, send, startGraph, startOurs } from '../scene.ts'
import { seed } from '../seed.ts'

const bench = 'embedded'

/** How long ours may still work on what it acknowledged, seconds. */
const patience = 180

const startEmbedded = async (graph: Contestant, dir: string): Promise<Contestant> => {
  const database = await openEmbedded({ dir, onError: () => {} })
  await seed(database)
  await database[Symbol.asyncDispose]()
  return startOurs(ourEnvironment(graph, dir))
}

/** How fast webhooks are acknowledged on the embedded database, against one INSERT per request into PGlite. */
export const embedded = async (options: Options): Promise<Figure[]> => {
  await using stack = new AsyncDisposableStack()
  const [ourFolder, floorFolder] = [stack.use(diskFolder()), stack.use(diskFolder())]
  const graph = stack.use(await startGraph())
  const ours = stack.use(await startEmbedded(graph, ourFolder.path))
  const floorEnv = { DATA_DIR: floorFolder.path, INSTAGRAM_APP_SECRET: appSecret }
  const floor = stack.use(await startContestant({ name: 'pglite-insert', file: 'tests/bench/contestants/pglite-insert.ts', env: floorEnv }))
  const generator = stack.use(startGenerator())
  const { pending } = readinessBacklog(ours)
  const gone: number[] = []
  for (const each of [ours, floor]) await send(generator, each, { count: knownContacts, newShare: 0 }, { seconds: 30 })
  await secondsUntilNone(pending, patience)
  const measure = async (contestant: Contestant): Promise<number> => {
    const rate = await acknowledgedPerSecond(generator, contestant, options.seconds)
    if (contestant === ours) gone.push(await secondsUntilNone(pending, patience))
    return rate
  }
  const pairs: { ours: number; floor: number }[] = []
  for (let n = 0; n < options.rounds; n++) {
    const before = n % 2 === 1 ? await measure(floor) : undefined
    const rate = await measure(ours)
    pairs.push({ ours: rate, floor: before ?? (await measure(floor)) })
  }
  return [
    ratioFigure({ bench, figure: 'acknowledged on PGlite, against one INSERT per request', unit: 'req/s' }, pairs, { atLeast: 2 }),
    plainFigure({ bench, figure: 'backlog gone after the load', unit: 's' }, gone),
    plainFigure({ bench, figure: 'most memory of the server', unit: 'MB' }, [ours.peakMemory()]),
  ]
}
