import { readdirSync, readFileSync } from 'node:fs'
import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { type Database, openPostgres } from '#adapters/postgres/database.ts'
import { freshPostgresUrl } from '../support/databases.ts'
import { connectedBusiness, eventually, listConversations, listMessages, type System, startSystem } from '../support/system.ts'

const settled = (system: System) =>
  eventually(
    async () => (await fetch(`${system.url}/metrics`).then((answer) => answer.text())).includes('state="pending"') === false,
    'settling',
  )

/** Every row of every table, but for the intake's bookkeeping and the jobs. */
const everything = async ({ kysely }: Database) => {
  const { rows } = await sql<{ name: string }>`select table_name as name from information_schema.tables
    where table_schema = 'public' and table_name not like 'intake%' and table_name <> 'schema_migrations' order by 1`.execute(kysely)
  const tables: Record<string, unknown> = {}
  for (const { name } of rows) {
    const found = await sql<{ row: string }>`select t::text as row from ${sql.table(name)} t order by 1`.execute(kysely)
    tables[name] = found.rows.map(({ row }) => row)
  }
  return tables
}

describe('the intake log', () => {
  test('replaying everything twice changes no row of any other table', async () => {
    await using fresh = await freshPostgresUrl()
    await using system = await startSystem({ databaseUrl: fresh.url })
    await using database = openPostgres({ url: fresh.url, onError: () => {} })
    const { business, customer } = await connectedBusiness(system)
    await system.instagram.write(customer.igsid, { text: 'hello' })
    const conversation = await eventually(async () => (await listConversations(system))[0])
    await system.api('POST', `/conversations/${conversation.id}/messages`, { content: 'good day' })
    await eventually(async () => (await listMessages(system, conversation.id)).some((m) => m.delivery.state === 'accepted'))
    await system.instagram.see(customer.igsid)
    for (const file of readdirSync('tests/fixtures/instagram')) {
      await system.webhook(readFileSync(`tests/fixtures/instagram/${file}`, 'utf8').replaceAll('17841400000000123', business.user_id))
    }
    await system.instagram.idle()
    await settled(system)
    await eventually(
      async () =>
        (await sql<{ n: number }>`select count(*) as n from contact_inboxes where profile_checked_at is null`.execute(database.kysely))
          .rows[0]?.n === 0,
      'profiles',
    )
    await eventually(
      async () => (await sql`select from avatars where media_state = 'pending'`.execute(database.kysely)).rows.length === 0,
      'pictures',
    )

    const before = await everything(database)
    for (let round = 1; round <= 2; round++) {
      const { replayed } = await system.platform<{ replayed: number }>('POST', '/platform/api/v1/intake_events/replay', {
        since: '2020-01-01T00:00:00Z',
      })
      expect(replayed).toBeGreaterThan(35)
      await settled(system)
      expect(await everything(database)).toEqual(before)
    }
  })

  test('a replay is by id, by state and by time', async () => {
    await using fresh = await freshPostgresUrl()
    await using system = await startSystem({ databaseUrl: fresh.url })
    const replay = (selection: object) => system.platform<{ replayed: number }>('POST', '/platform/api/v1/intake_events/replay', selection)
    for (const n of [1, 2, 3]) await system.webhook(`nonsense ${n}`)
    await settled(system)
    const { payload } = await system.platform<{ payload: { id: number; state: string }[] }>(
      'GET',
      '/platform/api/v1/intake_events?state=unknown',
    )
    expect(payload).toHaveLength(3)
    expect(await replay({ ids: payload.slice(0, 2).map((event) => event.id) })).toEqual({ replayed: 2 })
    await settled(system)
    expect(await replay({ state: 'parked' })).toEqual({ replayed: 0 })
    expect(await replay({ state: 'unknown' })).toEqual({ replayed: 3 })
    await settled(system)
    expect(await replay({ until: '2020-01-01T00:00:00Z' })).toEqual({ replayed: 0 })
    await expect(replay({})).rejects.toMatchObject({ status: 422 })
  })
})

describe('one customer', () => {
  test('who writes 50 first messages at once has one conversation, with all of them in order', async () => {
    await using fresh = await freshPostgresUrl()
    await using system = await startSystem({ databaseUrl: fresh.url })
    const { inbox } = await connectedBusiness(system)
    const at = Date.now() - 60_000
    const bodies = Array.from({ length: 50 }, (_, n) => {
      const item = {
        sender: { id: '773000000000001' },
        recipient: { id: inbox.instagram_id },
        timestamp: at + n * 1000,
        message: { mid: `at-once-${n}`, text: `text ${n}` },
      }
      return { object: 'instagram', entry: [{ id: inbox.instagram_id, time: Date.now(), messaging: [item] }] }
    })
    const answers = await Promise.all(bodies.map((body) => system.webhook(body)))
    expect(answers.map((answer) => answer.status)).toEqual(bodies.map(() => 200))
    await settled(system)
    const conversations = await listConversations(system)
    expect(conversations).toMatchObject([{ unread_count: 10 }])
    const newest = await listMessages(system, conversations[0]?.id ?? 0)
    expect(newest.map((message) => message.content)).toEqual(Array.from({ length: 20 }, (_, n) => `text ${n + 30}`))
    const before = await system.api<{ payload: { content: string }[] }>(
      'GET',
      `/conversations/${conversations[0]?.id}/messages?before=${newest[0]?.id}`,
    )
    expect(before.payload.map((message) => message.content)).toEqual(Array.from({ length: 20 }, (_, n) => `text ${n + 10}`))
  })
})

describe("the dashboard's test event", () => {
  const press = (system: System) => {
    const value = {
      sender: { id: '12334' },
      recipient: { id: '23245' },
      timestamp: '1527459824',
      message: { mid: 'random_mid', text: 'random_text' },
    }
    return system.webhook({ object: 'instagram', entry: [{ id: '0', time: Date.now(), changes: [{ field: 'messages', value }] }] })
  }

  test('shows in the inbox that the installation chose, each time it is pressed', async () => {
    await using fresh = await freshPostgresUrl()
    await using system = await startSystem({ databaseUrl: fresh.url, env: { REVIEW_INBOX_ID: '1' } })
    const { inbox } = await connectedBusiness(system)
    expect(inbox.id).toBe(1)
    await press(system)
    const conversation = await eventually(async () => (await listConversations(system))[0])
    expect(conversation.meta.sender.name).toBe('Unknown (IG: 12334)')
    await press(system)
    await eventually(async () => (await listMessages(system, conversation.id)).length === 2)
  })

  test('shows nowhere where none was chosen, and waits in the log', async () => {
    await using fresh = await freshPostgresUrl()
    await using system = await startSystem({ databaseUrl: fresh.url })
    await connectedBusiness(system)
    await press(system)
    await settled(system)
    expect(await listConversations(system)).toEqual([])
    expect(await (await fetch(`${system.url}/metrics`)).text()).toContain(
      'dovecote_intake_events{state="parked",reason="review_inbox.unset"} 1',
    )
  })
})
