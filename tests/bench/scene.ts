import { openPostgres } from '#adapters/postgres/database.ts'
import { execute } from '../support/execute.ts'
import { startArguments } from '../support/npm-start.ts'
import { type Backlog, openBacklog, secondsUntilNone } from './backlog.ts'
import { type Contestant, startContestant } from './children.ts'
import { diskFolder } from './disk-folder.ts'
import { type Generator, startGenerator } from './load/generator.ts'
import type { RunResult, RunSpec } from './load/run.ts'
import { appSecret, knownContacts, type TrafficSpec } from './load/traffic.ts'
import { startBenchPostgres } from './postgres.ts'
import { encryptionKeys, seed, type Tenant } from './seed.ts'

export const platformToken = 'the-platform-token-of-the-bench'

const connections = 64

/** What ours is told; without `databaseUrl` it embeds its database in `dataDir`. */
export const ourEnvironment = (graph: Contestant, dataDir: string, databaseUrl?: string): Record<string, string> => ({
  DATA_DIR: dataDir,
  ENCRYPTION_KEYS: encryptionKeys,
  PLATFORM_APP_TOKEN: platformToken,
  INSTAGRAM_APP_ID: '7000000000000001',
  INSTAGRAM_APP_SECRET: appSecret,
  INSTAGRAM_VERIFY_TOKEN: 'the-verify-token-of-the-bench',
  INSTAGRAM_GRAPH_URL: graph.url,
  ALLOW_PRIVATE_NETWORK: 'true',
  ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }),
})

/** Ours as `npm start` runs it. */
export const startOurs = (env: Readonly<Record<string, string>>): Promise<Contestant> => {
  const flags = startArguments()
  return startContestant({ name: 'ours', file: flags.at(-1) ?? '', flags: flags.slice(0, -1), env })
}

export const startGraph = (): Promise<Contestant> => startContestant({ name: 'graph', file: 'tests/bench/contestants/graph.ts', env: {} })

let traffics = 0

/** Sends fresh traffic to a contestant over all connections. */
export const send = async (
  generator: Generator,
  { port }: Pick<Contestant, 'port'>,
  traffic: Pick<TrafficSpec, 'count'> & Partial<TrafficSpec>,
  run: Pick<RunSpec, 'seconds'> & Partial<RunSpec>,
): Promise<RunResult> => {
  await generator.prepare({ label: `t${++traffics}`, newShare: 0.05, ...traffic })
  const result = await generator.run({ port, connections, ...run })
  if (result.failed > 0) throw new Error(`${result.failed} of ${result.failed + result.acknowledged} requests were not answered 200.`)
  return result
}

/** More than anyone here can take in a second: what is prepared must not run out. */
export const mostPerSecond = 32_000

/** As many requests as are answered; answers how many were acknowledged a second. */
export const acknowledgedPerSecond = async (generator: Generator, contestant: Contestant, seconds: number): Promise<number> => {
  const { acknowledged, seconds: took } = await send(generator, contestant, { count: mostPerSecond * seconds }, { seconds })
  return acknowledged / took
}

/** Ours on PostgreSQL, with a load generator, and a database beside it for the floors. */
export interface Scene extends AsyncDisposable {
  readonly ours: Contestant
  readonly generator: Generator
  readonly tenant: Tenant
  readonly backlog: Backlog
  readonly databaseUrl: string
  /** Starts a hand-written contestant from `contestants/`. */
  startFloor(name: string): Promise<Contestant>
  /** Waits until ours has nothing to do any more; answers how many seconds its events took. */
  settle(): Promise<number>
}

/** How long ours may still work on what it acknowledged, seconds. A floor is never measured before that is over. */
const patience = 60
const jobPatience = 10

const settle = async (backlog: Backlog): Promise<number> => {
  const took = await secondsUntilNone(backlog.pending, patience)
  if (took >= patience) throw new Error(`The backlog was not gone after ${patience} s.`)
  await secondsUntilNone(backlog.jobs, jobPatience)
  await backlog.dropJobs()
  return took
}

/** Everyone that is known has written once, and ours is warm. */
const warmUp = async (scene: Pick<Scene, 'ours' | 'generator'>): Promise<void> => {
  await send(scene.generator, scene.ours, { count: 4 * knownContacts, newShare: 0 }, { seconds: 30 })
}

export const openScene = async (): Promise<Scene> => {
  await using stack = new AsyncDisposableStack()
  const folder = stack.use(diskFolder())
  const postgres = stack.use(await startBenchPostgres())
  const [databaseUrl, floorUrl] = [postgres.url.replace(/postgres$/, 'ours'), postgres.url.replace(/postgres$/, 'floor')]
  for (const name of ['ours', 'floor']) await execute(postgres.url, `create database ${name}`)
  const database = openPostgres({ url: databaseUrl, onError: () => {} })
  const tenant = await seed(database)
  await database[Symbol.asyncDispose]()
  const graph = stack.use(await startGraph())
  const ours = stack.use(await startOurs(ourEnvironment(graph, folder.path, databaseUrl)))
  const generator = stack.use(startGenerator())
  const backlog = stack.use(await openBacklog(databaseUrl))
  await warmUp({ ours, generator })
  await settle(backlog)
  const open = stack.move()
  const startFloor = async (name: string): Promise<Contestant> => {
    const floorEnv = { DATABASE_URL: floorUrl, INSTAGRAM_APP_SECRET: appSecret }
    const floor = open.use(await startContestant({ name, file: `tests/bench/contestants/${name}.ts`, env: floorEnv }))
    await send(generator, floor, { count: 4 * knownContacts }, { seconds: 30 })
    return floor
  }
  return {
    ...{ ours, generator, tenant, backlog, databaseUrl, startFloor },
    settle: () => settle(backlog),
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}
