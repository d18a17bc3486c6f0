import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { type Database, openPostgres } from '#adapters/postgres/database.ts'
import { createQueries } from '#adapters/postgres/queries.ts'
import type { Conversation } from '#application/ports/conversations.ts'
import type { Queries } from '#application/ports/queries.ts'
import { noon } from '../contracts/scenario.ts'
import { openOn } from '../contracts/subject.ts'
import { arrived, webhookScenario } from '../contracts/webhook-scenario.ts'
import { freshPostgresUrl, testServers } from '../support/databases.ts'

const everything = { assignee: { type: 'all' }, page: 1 } as const

const customer = { accountId: 1, inboxId: 1, contactId: 1, contactInboxId: 1, access: 'guest' } as const

/** What agents and those who watch over the installation look at all day. */
const looks: readonly (readonly [string, (queries: Queries) => Promise<unknown>])[] = [
  ['conversations', (queries) => queries.conversations(1, { ...everything, status: 'open' }, 1)],
  ['conversations of an inbox', (queries) => queries.conversations(1, { ...everything, status: 'all', inboxId: 1 }, 1)],
  ['conversations of a person', (queries) => queries.conversations(1, { ...everything, status: 'all', sourceId: '1' }, 1)],
  ['a conversation', (queries) => queries.conversation(1, 1)],
  ['conversations of a contact', (queries) => queries.contactConversations(1, 1)],
  ['the newest messages', (queries) => queries.thread(1, 1, {})],
  ['messages before one', (queries) => queries.thread(1, 1, { before: 9 })],
  ['messages after one', (queries) => queries.thread(1, 1, { after: 9 })],
  ['messages between two', (queries) => queries.thread(1, 1, { before: 9, after: 3 })],
  ['a message', (queries) => queries.message(1, 1)],
  ['contacts', (queries) => queries.contacts(1, 1)],
  ['a contact', (queries) => queries.contact(1, 1)],
  ['inboxes', (queries) => queries.inboxes(1)],
  ['an inbox', (queries) => queries.inbox(1, 1)],
  ['comments', (queries) => queries.comments(1, 1, 1)],
  ['what an inbox was told', (queries) => queries.webhookDeliveries(1, 1, { page: 1 })],
  ['what an inbox could not be told', (queries) => queries.webhookDeliveries(1, 1, { page: 1, state: 'failed' })],
  ['the rhythm of an inbox', (queries) => queries.inboxRhythm(1, 1, 0)],
  ['an inbox, for a customer’s app', (queries) => queries.clientInbox(['api'], 'x')],
  ['a customer', (queries) => queries.visitor({ accountId: 1, inboxId: 1 }, 'x')],
  ['the conversations of a customer', (queries) => queries.visitorConversations(customer)],
  ['all conversations of a customer', (queries) => queries.visitorConversations({ ...customer, access: 'proven' }, 9)],
  ['a conversation of a customer', (queries) => queries.visitorConversation(customer, 1)],
  ['whether a conversation is a customer’s', (queries) => queries.hasConversation(customer, 1)],
  ['whether it is, for one who sees all', (queries) => queries.hasConversation({ ...customer, access: 'proven' }, 1)],
  ['the messages of a customer', (queries) => queries.visitorMessages(customer, 1, { before: 9 })],
  ['parked events', (queries) => queries.intakeEvents({ state: 'parked', page: 1 })],
  ['unknown events', (queries) => queries.intakeEvents({ state: 'unknown', page: 1 })],
  ['how many events wait for what', (queries) => queries.intakeCounts()],
  ['the backlog', (queries) => queries.intakeBacklog(0)],
]

/** One row for the whole installation, or what is gone as soon as it was read. */
const small = ['intake_arrivals']

const readWhole = async ({ kysely }: Database): Promise<ReadonlyMap<string, number>> => {
  await sql`select pg_stat_force_next_flush()`.execute(kysely)
  const { rows } = await sql<{ name: string; times: number }>`
    select relname as name, seq_scan as times from pg_stat_user_tables where schemaname = 'public'`.execute(kysely)
  return new Map(rows.map(({ name, times }) => [name, times]))
}

test.each(testServers())('%s: no table is read whole for a look', async (server) => {
  await using fresh = await freshPostgresUrl(server)
  await using database = openPostgres({ url: fresh.url, poolSize: 1, onError: () => {} })
  const queries = createQueries(database)
  const found: string[] = []
  for (const [name, look] of looks) {
    const before = await readWhole(database)
    await look(queries)
    const after = await readWhole(database)
    for (const [table, times] of after) if (times > (before.get(table) ?? 0) && !small.includes(table)) found.push(`${name}: ${table}`)
  }
  expect(found).toEqual([])
})

/** How often an index was looked at, and how many of its entries were read. */
const readOf = async ({ kysely }: Database, index: string): Promise<{ readonly times: number; readonly entries: number } | undefined> => {
  await sql`select pg_stat_force_next_flush()`.execute(kysely)
  const { rows } = await sql<{ times: number; entries: number }>`
    select idx_scan as times, idx_tup_read as entries from pg_stat_user_indexes where indexrelname = ${index}`.execute(kysely)
  return rows[0]
}

/** An event in each of so many conversations of an inbox. */
const fillBacklog = async ({ kysely }: Database, conversation: Conversation, count: number): Promise<void> => {
  const { accountId, inboxId, contactId, id } = conversation
  await sql`
    with talks as (
      insert into conversations (account_id, inbox_id, contact_id, contact_inbox_id, display_id, uuid, status, last_activity_at, created_at)
      select ${accountId}::bigint, ${inboxId}::bigint, ${contactId}::bigint, c.contact_inbox_id, 1000 + n, gen_random_uuid(), 'open', now(), now()
      from generate_series(1, ${count}::integer) n, conversations c where c.id = ${id}
      returning id
    ),
    told as (
      insert into business_events (account_id, conversation_id, name, payload, created_at)
      select ${accountId}::bigint, id, 'conversation_created', '{}', now() from talks returning id, conversation_id
    )
    insert into webhook_deliveries (id, account_id, inbox_id, conversation_id, event_id, state, due_at)
    select gen_random_uuid(), ${accountId}::bigint, ${inboxId}::bigint, conversation_id, id, 'pending',
      to_timestamp(${noon}::float8 / 1000) - id * interval '1 ms' from told`.execute(kysely)
  await sql`analyze`.execute(kysely)
}

test.each(testServers())('%s: whoever drains a long backlog of webhooks reads what is under way, and not what waits', async (server) => {
  await using fresh = await freshPostgresUrl(server)
  await using database = openPostgres({ url: fresh.url, poolSize: 1, onError: () => {} })
  const subject = await openOn(database)
  const { openBridge, talk, take, settle } = webhookScenario(() => subject)
  const office = await openBridge()
  await fillBacklog(database, await talk(office), 3000)
  const read = () => readOf(database, 'webhook_deliveries_under_way')
  const before = await read()
  for (let turn = 1; turn <= 5; turn++) {
    const taken = await take(office)
    expect(taken).toHaveLength(8)
    expect((await read())?.times).toBe((before?.times ?? 0) + turn)
    for (const delivery of taken) await settle(delivery, arrived)
  }
  expect((await read())?.entries).toBeLessThan((before?.entries ?? 0) + 100)
})
