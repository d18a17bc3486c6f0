import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import { createIds } from '#adapters/crypto/uuid-v7.ts'
import { createVault } from '#adapters/crypto/vault.ts'
import { type Database, openPostgres } from '#adapters/postgres/database.ts'
import { createUnitOfWork } from '#adapters/postgres/unit-of-work.ts'
import { systemClock } from '#adapters/system/clock.ts'
import { createRefreshCredential } from '#application/inboxes/refresh-credential.ts'
import { createRefreshCredentials } from '#application/inboxes/refresh-credentials.ts'
import type { JobPayloads } from '#application/jobs.ts'
import type { Channel } from '#application/ports/channel.ts'
import { credentialContext } from '#application/ports/credentials.ts'
import type { Logger } from '#application/ports/logger.ts'
import { days } from '#domain/shared/instant.ts'
import { ok } from '#domain/shared/result.ts'
import { migrate } from '../../db/migrate.ts'
import { execute } from '../support/execute.ts'
import { startBenchPostgres } from './postgres.ts'

/** What refreshing so many tokens took. */
export interface Refreshed {
  /** What our process computed, from the look for due tokens to the last new one: ms for each token. */
  readonly cpu: number
  /** Rows that the database read from our tables, for each token. */
  readonly rows: number
}

/** A database with so many connected inboxes, whose provider answers at once. */
export interface Tokens {
  readonly inboxes: number
  /** Makes so many tokens due, spread over all, and refreshes them as the scheduled job and its workers do, but for pg-boss's own taking of jobs. */
  refresh(due: number): Promise<Refreshed>
}

export interface TokenScene extends AsyncDisposable {
  open(inboxes: number): Promise<Tokens>
}

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, with: () => silent }

const vault = createVault({ keys: [{ id: 'bench', secret: new Uint8Array(32) }] })

const keyOf = (n: number): string => `shop ${n}`

/** As many at once as the job's own catalogue lets one process have. */
const hands = 4

const provider: Channel = {
  ...{ kind: 'bench', label: 'Bench', chatwootType: 'Channel::Bench', limits: { textBytes: 1 }, replyWindow: async () => ({}) },
  async refresh() {
    const issuedAt = systemClock.now()
    return ok({ token: 'the-next-token', issuedAt, expiresAt: issuedAt + days(60) })
  },
}

const fill = async ({ kysely }: Database, inboxes: number): Promise<void> => {
  const sealed = await Promise.all(Array.from({ length: inboxes }, (_, n) => vault.seal('the-token', credentialContext('bench', keyOf(n)))))
  await sql`
    with a as (insert into accounts (name, created_at) values ('Bench', now()) returning id),
    i as (
      insert into inboxes (account_id, channel, name, created_at)
      select a.id, 'bench', 'shop ' || n, now() from a, generate_series(0, ${inboxes - 1}::integer) n returning id, account_id, name
    ),
    c as (
      insert into connections (inbox_id, account_id, channel, channel_key, provider_name, state, connected_at)
      select id, account_id, 'bench', name, name, 'connected', now() from i
    )
    insert into credentials (inbox_id, account_id, sealed, issued_at, expires_at, refresh_at)
    select i.id, i.account_id, s.sealed, now(), now() + interval '60 days', now() + interval '30 days'
    from i join unnest(${sealed}::text[]) with ordinality s(sealed, n) on i.name = 'shop ' || (s.n - 1)`.execute(kysely)
}

/** Of every so many tokens one is due, the others in some weeks. */
const makeDue = async ({ kysely }: Database, inboxes: number, due: number): Promise<void> => {
  await sql`
    update credentials set issued_at = now() - interval '31 days', claimed_until = null,
      refresh_at = case when inbox_id % ${inboxes / due}::bigint = 0 then now() - inbox_id * interval '1 second' else now() + interval '10 days' end`.execute(
    kysely,
  )
  await sql`delete from pgboss.job`.execute(kysely)
}

const counted = async (url: string): Promise<number> => {
  const database = openPostgres({ url, poolSize: 1, onError: () => {} })
  await using _ = database
  // What a connection counted is known to all once it is closed.
  const others = sql<{ n: number }>`
    select count(*)::integer as n from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`
  while (((await others.execute(database.kysely)).rows[0]?.n ?? 0) > 0) await delay(20)
  const { rows } = await sql<{ n: number }>`
    select sum(coalesce(idx_tup_fetch, 0) + seq_tup_read) as n from pg_stat_user_tables where schemaname = 'public'`.execute(
    database.kysely,
  )
  return Number(rows[0]?.n ?? 0)
}

/** The look for what is due, and then the jobs that it asked for; answers how many there were. */
const refreshDue = async (database: Database): Promise<number> => {
  const unitOfWork = createUnitOfWork({ database, ids: createIds() })
  const shared = { unitOfWork, vault, clock: systemClock, logger: silent, channels: new Map([[provider.kind, provider]]) }
  const refreshCredential = createRefreshCredential(shared)
  await createRefreshCredentials(shared)()
  const { rows } = await sql<{ data: JobPayloads['refresh-credential'] }>`
    select data from pgboss.job where name = 'refresh-credential'`.execute(database.kysely)
  const waiting = rows.map(({ data }) => data)
  const work = async (): Promise<void> => {
    for (let next = waiting.pop(); next; next = waiting.pop()) await refreshCredential(next)
  }
  await Promise.all(Array.from({ length: hands }, work))
  return rows.length
}

const refreshOn = async (url: string, inboxes: number, due: number): Promise<Refreshed> => {
  const open = () => openPostgres({ url, onError: () => {} })
  {
    await using preparing = open()
    await makeDue(preparing, inboxes, due)
    await sql`vacuum analyze credentials`.execute(preparing.kysely)
  }
  const before = await counted(url)
  let cpu = 0
  {
    await using database = open()
    await Promise.all(Array.from({ length: hands }, () => sql`select 1`.execute(database.kysely)))
    const begun = process.cpuUsage()
    const refreshed = await refreshDue(database)
    const { user, system } = process.cpuUsage(begun)
    cpu = (user + system) / 1000
    if (refreshed !== due) throw new Error(`${refreshed} of ${due} tokens were due.`)
  }
  return { cpu: cpu / due, rows: ((await counted(url)) - before) / due }
}

export const openTokenScene = async (): Promise<TokenScene> => {
  await using stack = new AsyncDisposableStack()
  const postgres = stack.use(await startBenchPostgres())
  const open = stack.move()
  return {
    async open(inboxes) {
      const name = `tokens_${inboxes}`
      await execute(postgres.url, `create database ${name}`)
      const url = postgres.url.replace(/postgres$/, name)
      {
        await using database = openPostgres({ url, onError: () => {} })
        await migrate(database)
        await fill(database, inboxes)
      }
      return { inboxes, refresh: (due) => refreshOn(url, inboxes, due) }
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}
