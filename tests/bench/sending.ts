import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import { type Database, openPostgres } from '#adapters/postgres/database.ts'
import { createApi } from '../../src/cli/api.ts'
import { execute } from '../support/execute.ts'
import { type Contestant, startContestant } from './children.ts'
import { diskFolder } from './disk-folder.ts'
import { type Generator, startGenerator } from './load/generator.ts'
import { textOf } from './load/posts.ts'
import { knownContacts } from './load/traffic.ts'
import { startBenchPostgres } from './postgres.ts'
import { ourEnvironment, platformToken, startGraph, startOurs } from './scene.ts'
import { seed, type Tenant } from './seed.ts'

/** Ours on PostgreSQL with a conversation for everyone who is known, and a provider that tells when it was called. */
export interface Sending extends AsyncDisposable {
  readonly generator: Generator
  readonly tenant: Tenant
  /** Ours in one role, until the scene or it is disposed of. */
  start(role: 'all' | 'web' | 'worker'): Promise<Contestant>
  /** The hand-written one that writes a message and a job. */
  startFloor(): Promise<Contestant>
  /** Has the generator hold so many answers ready; answers the texts in the order in which they are sent. */
  prepare(server: Contestant, count: number): Promise<readonly string[]>
  /** When each text came to the provider since the last look, ms since 1970. */
  arrivals(): Promise<ReadonlyMap<string, number>>
  /** Waits until nothing waits to be sent any more. */
  settle(): Promise<void>
}

/** How long ours may work on what it was given, ms. */
const patience = 180_000

const addConversations = (accountId: number) => sql`
  insert into conversations (account_id, inbox_id, contact_id, contact_inbox_id, display_id, uuid, status, last_incoming_at,
    last_activity_at, created_at)
  select account_id, inbox_id, contact_id, id, row_number() over (order by id), gen_random_uuid(), 'open', now(), now(), now()
  from contact_inboxes where account_id = ${accountId}`

const unsettled = async ({ kysely }: Database): Promise<number> => {
  const { rows } = await sql<{ n: number }>`
    select count(*) as n from message_parts where state in ('queued', 'sending', 'uncertain', 'held')`.execute(kysely)
  return rows[0]?.n ?? 0
}

const settle = async (database: Database): Promise<void> => {
  for (const deadline = performance.now() + patience; (await unsettled(database)) > 0; await delay(20))
    if (performance.now() > deadline) throw new Error(`After ${patience / 1000} s not everything was sent.`)
}

let labels = 0

const openDatabases = async (url: string): Promise<{ databaseUrl: string; floorUrl: string }> => {
  const [databaseUrl, floorUrl] = [url.replace(/postgres$/, 'ours'), url.replace(/postgres$/, 'floor')]
  for (const name of ['ours', 'floor']) await execute(url, `create database ${name}`)
  return { databaseUrl, floorUrl }
}

export const openSending = async (): Promise<Sending> => {
  await using stack = new AsyncDisposableStack()
  const folder = stack.use(diskFolder())
  const postgres = stack.use(await startBenchPostgres())
  const { databaseUrl, floorUrl } = await openDatabases(postgres.url)
  const database = stack.use(openPostgres({ url: databaseUrl, onError: () => {} }))
  const tenant = await seed(database)
  await addConversations(tenant.accountId).execute(database.kysely)
  const graph = stack.use(await startGraph())
  const generator = stack.use(startGenerator())
  const open = stack.move()
  const env = ourEnvironment(graph, folder.path, databaseUrl)
  return {
    generator,
    tenant,
    start: async (role) => open.use(await startOurs({ ...env, ROLE: role })),
    startFloor: async () =>
      open.use(
        await startContestant({ name: 'two-inserts', file: 'tests/bench/contestants/two-inserts.ts', env: { DATABASE_URL: floorUrl } }),
      ),
    async prepare(server, count) {
      const token = server.name === 'ours' ? await tokenOf(server, tenant) : ''
      const label = `post-${++labels}`
      await generator.preparePosts({ count, label, token, accountId: tenant.accountId, conversations: knownContacts })
      return Array.from({ length: count }, (_, n) => textOf(label, count - 1 - n))
    },
    async arrivals() {
      const answer = await fetch(`${graph.url}/arrivals`)
      const told: [string, number][] = await answer.json()
      return new Map(told)
    },
    settle: () => settle(database),
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}

const tokens = new Map<string, string>()

const tokenOf = async ({ url }: Contestant, { userId }: Tenant): Promise<string> => {
  const known = tokens.get(url)
  if (known !== undefined) return known
  const { access_token } = await createApi(url, platformToken)<{ access_token: string }>('POST', `/platform/api/v1/users/${userId}/token`)
  tokens.set(url, access_token)
  return access_token
}
