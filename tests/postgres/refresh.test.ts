import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { createIds } from '#adapters/crypto/uuid-v7.ts'
import { createVault } from '#adapters/crypto/vault.ts'
import { createCredentials } from '#adapters/postgres/credentials.ts'
import { type Database, openPostgres } from '#adapters/postgres/database.ts'
import { createUnitOfWork } from '#adapters/postgres/unit-of-work.ts'
import { createRefreshCredential } from '#application/inboxes/refresh-credential.ts'
import { createRefreshCredentials } from '#application/inboxes/refresh-credentials.ts'
import type { Channel, ChannelAccess } from '#application/ports/channel.ts'
import { credentialContext } from '#application/ports/credentials.ts'
import { days } from '#domain/shared/instant.ts'
import { ok } from '#domain/shared/result.ts'
import { silent } from '../application/support.ts'
import { detailsBy, noon } from '../contracts/scenario.ts'
import { freshPostgresUrl, testServers } from '../support/databases.ts'

const due = noon + days(31)
const vault = createVault({ keys: [{ id: 'test', secret: new Uint8Array(32) }] })

/** Inboxes of one account, whose tokens are all due. */
const connectMany = async (database: Database, count: number) => {
  const made = await createUnitOfWork({ database, ids: createIds() }).run(async (tx) => {
    const accountId = await tx.accounts.insertAccount({ name: 'Shop', locale: 'en', at: noon })
    const userId = await tx.accounts.ensureUser({ name: 'Ann', email: 'ann@shop.example', at: noon })
    const inboxIds: number[] = []
    for (let n = 0; n < count; n++) {
      const channelKey = `shop ${n}`
      const inboxId = await tx.inboxes.insert({ accountId, name: channelKey, at: noon, channel: 'test', channelKey }, detailsBy(userId))
      if (inboxId === undefined) throw new Error('The database is new.')
      const sealed = await vault.seal(`old token of ${channelKey}`, credentialContext('test', channelKey))
      const life = { issuedAt: noon, expiresAt: noon + days(60), refreshAt: noon + days(30), failures: 0, warnedDays: null }
      await tx.credentials.save({ accountId, inboxId }, { sealed, ...life })
      inboxIds.push(inboxId)
    }
    return ok({ accountId, inboxIds })
  })
  if (!made.ok) throw new Error('Nothing says no.')
  return made.value
}

/** A worker as a process of its own would be: with its own connections. */
const startWorker = (url: string, refresh: NonNullable<Channel['refresh']>) => {
  const database = openPostgres({ url, poolSize: 4, onError: () => {} })
  const unitOfWork = createUnitOfWork({ database, ids: createIds() })
  const channel: Channel = {
    ...{ kind: 'test', label: 'Test', chatwootType: 'Channel::Test', limits: { textBytes: 1 }, replyWindow: async () => ({}) },
    refresh,
  }
  const clock = { now: () => due }
  return {
    refreshCredentials: createRefreshCredentials({ unitOfWork, clock }),
    refreshCredential: createRefreshCredential({ channels: new Map([['test', channel]]), unitOfWork, vault, clock, logger: silent }),
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  }
}

describe.each(testServers())('refreshing on %s', (server) => {
  test('of 4 workers that refresh the same 100 tokens at once, each token is refreshed by one', async () => {
    await using fresh = await freshPostgresUrl(server)
    await using database = openPostgres({ url: fresh.url, onError: () => {} })
    const { accountId, inboxIds } = await connectMany(database, 100)
    const calls: string[] = []
    const refresh = async ({ channelKey, token }: ChannelAccess) => {
      calls.push(token)
      await new Promise((resolve) => setImmediate(resolve))
      return ok({ token: `new token of ${channelKey}`, issuedAt: due, expiresAt: due + days(60) })
    }
    await using stack = new AsyncDisposableStack()
    const workers = Array.from({ length: 4 }, () => stack.use(startWorker(fresh.url, refresh)))
    await Promise.all(
      workers.flatMap(({ refreshCredential }, n) =>
        (n % 2 ? inboxIds : inboxIds.toReversed()).map((inboxId) => refreshCredential({ accountId, inboxId })),
      ),
    )
    expect(calls.toSorted()).toEqual(Array.from({ length: 100 }, (_, n) => `old token of shop ${n}`).toSorted())
    const rows = await database.kysely.selectFrom('credentials').selectAll().execute()
    expect(rows.filter((row) => row.issued_at === due && row.last_refreshed_at === due && row.claimed_until === null)).toHaveLength(100)
    for (const { inbox_id, sealed } of rows) {
      const n = inboxIds.indexOf(inbox_id)
      expect(await vault.open(sealed, credentialContext('test', `shop ${n}`))).toBe(`new token of shop ${n}`)
    }
  })

  test('the job asks for one job per due token, however often it runs', async () => {
    await using fresh = await freshPostgresUrl(server)
    await using database = openPostgres({ url: fresh.url, onError: () => {} })
    await connectMany(database, 450)
    await using worker = startWorker(fresh.url, async () => ok({ token: 'never', issuedAt: due, expiresAt: due }))
    await Promise.all([worker.refreshCredentials(), worker.refreshCredentials()])
    await worker.refreshCredentials()
    const { rows } = await sql<{ jobs: number }>`
      select count(*)::integer as jobs from pgboss.job where name = 'refresh-credential' and state = 'created'`.execute(database.kysely)
    expect(rows).toEqual([{ jobs: 450 }])
  })

  test('what a due token costs does not depend on how many tokens there are', async () => {
    await using fresh = await freshPostgresUrl(server)
    await using database = openPostgres({ url: fresh.url, onError: () => {} })
    const { accountId } = await connectMany(database, 1)
    const notYet = new Date(due + days(10))
    await sql`
      with made as (
        insert into inboxes (account_id, channel, name, created_at) select ${accountId}::bigint, 'test', 'Inbox ' || n, now()
        from generate_series(1, 10000) n returning id, account_id
      )
      insert into credentials (inbox_id, account_id, sealed, issued_at, expires_at, refresh_at)
      select id, account_id, 'sealed', ${new Date(noon)}::timestamptz, ${new Date(noon + days(60))}::timestamptz,
        case when id % 100 = 0 then ${new Date(due)}::timestamptz - id * interval '1 second' else ${notYet}::timestamptz + id * interval '1 second' end
      from made`.execute(database.kysely)
    await sql`analyze credentials`.execute(database.kysely)

    /** How often a piece of work reads the whole table, and how many rows it reads by an index. */
    const readBy = (work: (credentials: ReturnType<typeof createCredentials>) => Promise<unknown>) =>
      database.kysely.transaction().execute(async (trx) => {
        const counters = sql<{ whole: number; rows: number }>`
          select seq_scan::integer as whole, coalesce(idx_tup_fetch, 0)::integer as rows
          from pg_stat_xact_user_tables where relname = 'credentials'`
        const [before] = (await counters.execute(trx)).rows
        await work(createCredentials(trx))
        const [after] = (await counters.execute(trx)).rows
        return { whole: (after?.whole ?? 0) - (before?.whole ?? 0), rows: (after?.rows ?? 0) - (before?.rows ?? 0) }
      })
    expect(await readBy((credentials) => credentials.due(due, 20))).toEqual({ whole: 0, rows: 20 })
    expect(await readBy((credentials) => credentials.due(due - days(20), 20))).toEqual({ whole: 0, rows: 0 })
    const [first, second] = await database.kysely.transaction().execute((trx) => createCredentials(trx).due(due, 2))
    expect(await readBy((credentials) => credentials.due(due, 20, second))).toEqual({ whole: 0, rows: 20 })
    const claimed = await readBy((credentials) => credentials.claim({ accountId, inboxId: first?.inboxId ?? 0 }, due, due + 1))
    expect(claimed.whole).toBe(0)
    expect(claimed.rows).toBeLessThan(5)
  })
})
