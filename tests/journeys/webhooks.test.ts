import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Database, openPostgres } from '#adapters/postgres/database.ts'
import { normalize } from '#channels/instagram/normalize.ts'
import { freshPostgresUrl } from '../support/databases.ts'
import { eventually, type System, startSystem } from '../support/system.ts'
import { type Expected, table } from './webhook-table.ts'

type Body = Record<string, unknown>

/** Tells nothing, so it is in the log as a body alone. */
const silent = 'edit-without-text.json'

const own = readdirSync('tests/fixtures/instagram')
  .filter((name) => name !== silent)
  .map((name) => `tests/fixtures/instagram/${name}`)
const folder = '../shared/fixtures'
const foreign = existsSync(folder)
  ? [
      ...readdirSync(`${folder}/meta`)
        .filter((name) => name.startsWith('ig-webhook-'))
        .map((name) => `${folder}/meta/${name}`),
      ...readdirSync(`${folder}/chatwoot`).map((name) => `${folder}/chatwoot/${name}`),
    ]
  : []

/** Ids of this run for what a file names; what several files share must not meet. */
const renamed = (value: unknown, suffix: string): unknown => {
  if (Array.isArray(value)) return value.map((each) => renamed(each, suffix))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      key === 'mid' && typeof inner === 'string' ? `${inner}-${suffix}` : renamed(inner, suffix),
    ]),
  )
}

/** The file as Meta would send it: bare events in an envelope. */
const envelope = (file: string, suffix: string): Body => {
  const body = renamed(JSON.parse(readFileSync(file, 'utf8')), suffix) as Body
  if ('entry' in body) return { object: 'instagram', ...body }
  const inner = body.messaging
  // One of them has an entry where others have an item.
  if (Array.isArray(inner)) return { object: 'instagram', entry: inner }
  const item = (inner ?? body) as { recipient?: { id?: string } }
  return { object: 'instagram', entry: [{ id: item.recipient?.id, time: Date.now(), messaging: [item] }] }
}

describe('every webhook that Instagram is known to send', () => {
  const stack = new AsyncDisposableStack()
  let system: System
  let database: Database

  beforeAll(async () => {
    const fresh = stack.use(await freshPostgresUrl())
    system = stack.use(await startSystem({ databaseUrl: fresh.url }))
    database = stack.use(openPostgres({ url: fresh.url, onError: () => {} }))
  })
  afterAll(() => stack.disposeAsync())

  const connectAccount = async (channelKey: string) => {
    const { accountId, userId } = system.tenant
    const inbox = await database.kysely
      .insertInto('inboxes')
      .values({ account_id: accountId, channel: 'instagram', name: channelKey, created_at: new Date() })
      .returning('id')
      .executeTakeFirstOrThrow()
    await sql`insert into connections (inbox_id, account_id, channel, channel_key, provider_name, state, connected_by, connected_at)
      values (${inbox.id}, ${accountId}, 'instagram', ${channelKey}, ${channelKey}, 'connected', ${userId}, now())
      on conflict do nothing`.execute(database.kysely)
  }

  const settled = () =>
    eventually(async () => {
      const { rows } = await sql<{ waits: boolean }>`
        select exists (select from intake_arrivals) or exists (select from intake_events where state = 'pending') as waits`.execute(
        database.kysely,
      )
      return rows[0]?.waits === false
    }, 'settling')

  const lastEvent = () => database.kysely.selectFrom('intake_events').selectAll().orderBy('id', 'desc').executeTakeFirstOrThrow()

  const messageBy = (externalId: string) =>
    database.kysely
      .selectFrom('messages')
      .innerJoin('message_parts', 'message_parts.message_id', 'messages.id')
      .selectAll('messages')
      .where('message_parts.external_id', '=', externalId)
      .executeTakeFirst()

  const post = async (body: unknown) => {
    expect((await system.webhook(body)).status).toBe(200)
    await settled()
  }

  /** The message that an event names, written first by whoever it has to be from. */
  const sendParent = async (as: 'contact' | 'business', mid: string, accountKey: string, contactKey: string) => {
    const [sender, recipient] = as === 'contact' ? [contactKey, accountKey] : [accountKey, contactKey]
    const message = { mid, text: 'the message before', ...(as === 'business' ? { is_echo: true } : {}) }
    await post({
      object: 'instagram',
      entry: [
        {
          id: accountKey,
          time: Date.now(),
          messaging: [{ sender: { id: sender }, recipient: { id: recipient }, timestamp: 1_500_000_000_000, message }],
        },
      ],
    })
  }

  const checkParent = async (mid: string, { content, status, attributes }: NonNullable<Expected['parent']>) => {
    const parent = await messageBy(mid)
    if (content !== undefined) expect(parent?.content).toBe(content)
    if (status !== undefined) expect(parent?.status).toBe(status)
    if (attributes !== undefined) expect(parent?.content_attributes).toMatchObject(attributes)
  }

  const checkMessage = async (mid: string, { type = 'incoming', content, attributes = {}, files }: NonNullable<Expected['message']>) => {
    const row = await messageBy(mid)
    expect(row).toMatchObject({ message_type: type, content_attributes: attributes })
    if (content !== undefined) expect(row?.content).toBe(content)
    if (files === undefined || !row) return
    const attachments = await database.kysely
      .selectFrom('attachments')
      .select('file_type')
      .where('message_id', '=', row.id)
      .orderBy('position')
      .execute()
    expect(attachments.map((a) => a.file_type)).toEqual(files)
  }

  test.each([...own, ...foreign].map((file, n) => [basename(file, '.json'), file, n] as const))('%s', async (name, file, n) => {
    const expected = table[name]
    if (!expected) throw new Error(`The table does not say what ${name} ends as.`)
    const body = envelope(file, String(n))
    const [event] = normalize(new TextEncoder().encode(JSON.stringify(body)), Date.now())
    if (!event) throw new Error(`${name} tells nothing.`)
    const contactKey = event.contactKey || '662000000000456'
    if (expected.kind !== 'test-event') await connectAccount(event.accountKey)
    const target =
      JSON.stringify(body).match(/"(?:reply_to|reaction|read|message_edit)":\{[^{}]*?"mid":"([^"]+)"/)?.[1] ??
      JSON.stringify(body).match(/"mid":"([^"]+)"/)?.[1] ??
      ''
    if (expected.parent) await sendParent(expected.parent.as, target, event.accountKey, contactKey)

    await post(body)

    expect(await lastEvent()).toMatchObject({
      kind: expected.kind,
      state: expected.state,
      ...(expected.reason ? { reason: expected.reason } : {}),
    })
    if (expected.parent) await checkParent(target, expected.parent)
    if (expected.message && 'externalId' in event.payload) await checkMessage(event.payload.externalId, expected.message)

    const before = await counts()
    await post(body)
    if (expected.kind !== 'test-event') expect(await counts()).toEqual(before)
  })

  /** A webhook that comes again changes nothing but the log. */
  const counts = async () => {
    const { rows } = await sql<object>`select (select count(*) from contacts) contacts, (select count(*) from conversations) conversations,
      (select count(*) from messages) messages, (select count(*) from message_parts) parts, (select count(*) from attachments) attachments`.execute(
      database.kysely,
    )
    return rows[0]
  }

  test('an edit without text is kept as a body alone', async () => {
    const before = await database.kysely.selectFrom('intake_events').select(sql<number>`count(*)`.as('n')).executeTakeFirst()
    await post(readFileSync(`tests/fixtures/instagram/${silent}`, 'utf8'))
    expect(await database.kysely.selectFrom('intake_events').select(sql<number>`count(*)`.as('n')).executeTakeFirst()).toEqual(before)
  })

  test('the table names no file that is not there', () => {
    const there = [...own, ...foreign].map((file) => basename(file, '.json'))
    if (foreign.length > 0) expect(Object.keys(table).filter((name) => !there.includes(name))).toEqual([])
  })
})
