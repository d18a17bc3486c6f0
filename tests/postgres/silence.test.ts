import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { openPostgres } from '#adapters/postgres/database.ts'
import { createInboxes } from '#adapters/postgres/inboxes.ts'
import { noon } from '../contracts/scenario.ts'
import { freshPostgresUrl, testServers } from '../support/databases.ts'

/** 300 accounts with an inbox, of which every tenth heard something long ago, and 20,000 conversations of the last months. */
const fill = (at: Date) => sql`
  with a as (insert into accounts (name, created_at) select 'Shop ' || n, ${at} from generate_series(1, 300) n returning id),
  i as (insert into inboxes (account_id, channel, name, created_at) select id, 'instagram', 'shop', ${at} from a returning id, account_id),
  c as (
    insert into connections (inbox_id, account_id, channel, channel_key, provider_name, state, connected_at, last_event_at)
    select id, account_id, 'instagram', 'key ' || id, 'shop', 'connected', ${at},
      ${at}::timestamptz - case when id % 10 = 0 then interval '9 days' else interval '3 hours' end from i
  ),
  p as (insert into contacts (account_id, name, created_at) select account_id, 'someone', ${at} from i returning id, account_id),
  s as (
    insert into contact_inboxes (account_id, contact_id, inbox_id, source_id, created_at)
    select i.account_id, p.id, i.id, 'someone', ${at} from i join p using (account_id) returning id, account_id, contact_id, inbox_id
  )
  insert into conversations (account_id, inbox_id, contact_id, contact_inbox_id, display_id, uuid, status, last_incoming_at, last_activity_at, created_at)
  select account_id, inbox_id, contact_id, id, n, gen_random_uuid(), 'open', null, ${at}::timestamptz - interval '3 hours' - n * interval '1 day', ${at}
  from s, generate_series(1, 67) n`

describe.each(testServers())('silence on %s', (server) => {
  test('is looked for along the index: conversations that cannot matter are not read', async () => {
    await using fresh = await freshPostgresUrl(server)
    await using database = openPostgres({ url: fresh.url, onError: () => {} })
    await fill(new Date(noon)).execute(database.kysely)
    await sql`analyze`.execute(database.kysely)
    const { found, reads } = await database.kysely.transaction().execute(async (trx) => {
      const found = await createInboxes(trx).silenceSuspects({ kinds: ['instagram'], now: noon, limit: 1000, after: 0 })
      const { rows } = await sql<{ whole: number; rows: number }>`
        select seq_scan::integer as whole, coalesce(idx_tup_fetch, 0)::integer as rows
        from pg_stat_xact_user_tables where relname = 'conversations'`.execute(trx)
      return { found, reads: rows[0] }
    })
    expect(found).toHaveLength(30)
    expect(reads?.whole).toBe(0)
    expect(reads?.rows).toBeLessThan(300)
  })
})
