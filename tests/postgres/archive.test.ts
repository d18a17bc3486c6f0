import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { createDigests, type Digest } from '#adapters/postgres/archive/digests.ts'
import { doubtAnswers } from '#adapters/postgres/archive/doubt-answers.ts'
import { dumpDatabase } from '#adapters/postgres/archive/dump.ts'
import { firstInhabited, loadDatabase } from '#adapters/postgres/archive/load.ts'
import type { Database } from '#adapters/postgres/database.ts'
import type { DatabaseEntry } from '#application/ports/archive.ts'
import { testDatabases } from '../support/databases.ts'
import { fillDatabase } from '../support/full-database.ts'

const digestsOf = (database: Database): Promise<ReadonlyMap<string, Digest>> =>
  dumpDatabase(database, async (_schema, entries) => {
    const digests = createDigests()
    for await (const entry of entries) digests.add(entry)
    return digests.result()
  })

const copy = (from: Database, to: Database) => dumpDatabase(from, (_schema, entries) => loadDatabase(to, entries))

const replaced = async function* (entries: AsyncIterable<DatabaseEntry>, what: string, by: string): AsyncGenerator<DatabaseEntry> {
  for await (const entry of entries) yield entry.kind === 'row' ? { ...entry, json: entry.json.replaceAll(what, by) } : entry
}

const [pglite, ...servers] = testDatabases()
if (!pglite) throw new Error('There is no embedded database to copy from.')

describe.each([pglite, ...servers])('a database that is copied into $name', (target) => {
  test('is the same there: every table, every number that comes next, every job that waits', async () => {
    await using from = await pglite.open()
    await using to = await target.open()
    await fillDatabase(from)
    expect(await firstInhabited(to)).toBeUndefined()
    const loaded = await copy(from, to)
    const tables = await sql<{ name: string }>`select tablename as name from pg_tables where schemaname = current_schema()`.execute(
      to.kysely,
    )
    const carried = tables.rows.map(({ name }) => (name === 'schema_migrations' ? 'waiting jobs' : name))
    expect([...loaded.keys()].toSorted()).toEqual(carried.toSorted())
    // A table that was forgotten in `fillDatabase` shows here.
    expect([...loaded].filter(([, { rows }]) => rows === 0)).toEqual([])
    expect(await digestsOf(to)).toEqual(await digestsOf(from))
    expect(loaded).toEqual(await digestsOf(from))
    expect(loaded.get('waiting jobs')?.rows).toBe(3)
    const next = await sql<{
      id: number
    }>`insert into messages (account_id, inbox_id, conversation_id, message_type, status, author, created_at)
      values (9007199254740, 1, 1, 'incoming', 'sent', 'contact', now()) returning id`.execute(to.kysely)
    expect(next.rows).toEqual([{ id: 5001 }])
    expect(await firstInhabited(to)).toBeDefined()
  })

  test('sends nothing blindly that its original may have sent since', async () => {
    await using from = await pglite.open()
    await using database = await target.open()
    await fillDatabase(from)
    await sql`update message_parts set state = case message_id when 1 then 'queued' when 2 then 'held' when 3 then 'uncertain' else state end
      where message_id <= 4`.execute(from.kysely)
    await dumpDatabase(from, (_schema, entries) => loadDatabase(database, entries, doubtAnswers))
    const { rows } = await sql<{ state: string; claimed: boolean }>`
      select state, claimed_at > now() - interval '1 minute' as claimed from message_parts where message_id <= 4 order by id`.execute(
      database.kysely,
    )
    expect(rows.map(({ state }) => state)).toEqual(['sending', 'sending', 'uncertain', 'received'])
    expect(rows.map(({ claimed }) => claimed)).toEqual([true, true, null, null])
    const told = await sql<{
      state: string
      error: string
    }>`select state, last_error as error from webhook_deliveries order by event_id`.execute(database.kysely)
    expect(told.rows.filter(({ state }) => state === 'pending')).toEqual([])
    expect(told.rows).toContainEqual({ state: 'failed', error: expect.stringContaining('may have been told since') })
  })

  test('leaves nothing there when a row is refused, or does not fit', async () => {
    await using from = await pglite.open()
    await using to = await target.open()
    await fillDatabase(from)
    const broken = (what: string, by: string) => dumpDatabase(from, (_schema, entries) => loadDatabase(to, replaced(entries, what, by)))
    await expect(broken('"incoming"', '"sideways"')).rejects.toThrow(/messages_type_known/)
    expect(await firstInhabited(to)).toBeUndefined()
    await expect(broken('2026-01-02 03:04:05.678901', '2026-01-02 03:04:05.6789014')).rejects.toThrow(/the rows of users differ/)
    expect(await firstInhabited(to)).toBeUndefined()
  })
})
