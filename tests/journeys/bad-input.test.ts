import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Database, openPostgres } from '#adapters/postgres/database.ts'
import { freshPostgresUrl } from '../support/databases.ts'
import { app, eventually, type System, startSystem } from '../support/system.ts'

const megabyte = 1024 * 1024
const nested = (depth: number): string => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`
const body = (messaging: unknown, entry: object = {}) => ({
  object: 'instagram',
  entry: [{ id: '17841400000000999', time: Date.now(), messaging, ...entry }],
})
const item = (more: object) => ({ sender: { id: '1' }, recipient: { id: '17841400000000999' }, timestamp: Date.now(), ...more })

describe('bad input to the webhook', () => {
  const stack = new AsyncDisposableStack()
  let system: System
  let database: Database

  beforeAll(async () => {
    const fresh = stack.use(await freshPostgresUrl())
    system = stack.use(await startSystem({ databaseUrl: fresh.url }))
    database = stack.use(openPostgres({ url: fresh.url, onError: () => {} }))
  })
  afterAll(() => stack.disposeAsync())

  const stored = async () => {
    const { rows } = await sql<{ bodies: number; events: number }>`
      select (select count(*) from intake_bodies) + (select coalesce(sum(count), 0)::integer from intake_arrivals) bodies,
        (select count(*) from intake_events) events`.execute(database.kysely)
    return rows[0]
  }

  test.each<[string, number, () => Promise<Response>]>([
    ['unsigned', 401, () => system.webhook(body([item({ message: { mid: 'x', text: 'forged' } })]), { secret: null })],
    ['signed with another secret', 401, () => system.webhook(body([]), { secret: 'not-the-secret' })],
    ['signed with the verify token', 401, () => system.webhook(body([]), { secret: app.verifyToken })],
    ['over 4 MiB', 413, () => system.webhook(' '.repeat(4 * megabyte + 1))],
    ['about a page', 422, () => system.webhook({ object: 'page', entry: [] })],
    ['about another channel', 404, () => system.webhook(body([]), { channel: 'carrier-pigeon' })],
  ])('%s is refused with %i and leaves nothing', async (_, status, send) => {
    const before = await stored()
    const answer = await send()
    expect(answer.status).toBe(status)
    expect(await answer.text()).not.toMatch(/sha256|[0-9a-f]{32}/)
    expect(await stored()).toEqual(before)
  })

  test.each<[string, unknown]>([
    ['an empty body', ''],
    ['text that is not JSON', 'hello'],
    ['half of a JSON', '{"object":"instagram","entry":[{'],
    ['a list', []],
    ['no object', { entry: [] }],
    ['no entry', { object: 'instagram' }],
    ['an empty entry', { object: 'instagram', entry: [] }],
    ['entries that are not objects', { object: 'instagram', entry: [null, 1, 'x', []] }],
    ['messaging that is null', body(null)],
    ['messaging with nulls', body([null, 7, 'x'])],
    ['no sender', body([{ recipient: { id: '17841400000000999' }, message: { mid: 'no-sender', text: 'who?' } }])],
    [
      'numbers for texts',
      body([{ sender: { id: 1 }, recipient: { id: 1784140000000099 }, timestamp: 'soon', message: { mid: 5, text: 7 } }], {
        id: 1784140000000099,
      }),
    ],
    ['times out of reason', body([item({ timestamp: 1e300, message: { mid: 'late', text: 'when?' } })], { time: -5 })],
    ['NUL and half an emoji', body([item({ message: { mid: 'odd', text: 'a\u0000b\ud83d' } })])],
    ['an id with NUL', body([item({ sender: { id: 'a\u0000b' }, message: { mid: 'odd-id', text: 'who' } })])],
    ['deep nesting', `{"object":"instagram","entry":[{"id":"1","messaging":[{"x":${nested(900)}}]}]}`],
    ['very deep nesting', `{"object":"instagram","entry":[{"id":"1","messaging":[{"x":${nested(20_000)}}]}]}`],
    ['bytes that are not UTF-8', new Uint8Array([0xff, 0xfe, 0x00, 0x7b])],
    ['an account that nobody connected', body([item({ message: { mid: 'nobody', text: 'anyone?' } })])],
    ['a kind that nobody knows', body([item({ teleport: true })])],
  ])('%s is kept: 200, and visible in the intake log', async (_, strange) => {
    const before = await stored()
    expect((await system.webhook(strange)).status).toBe(200)
    expect((await stored())?.bodies).toBe((before?.bodies ?? 0) + 1)
    const metrics = async () => (await fetch(`${system.url}/metrics`)).text()
    await eventually(async () => !(await metrics()).includes('state="pending"'), 'settling')
    expect((await stored())?.events).toBeGreaterThan(before?.events ?? 0)
    const newest = await system.platform<{ payload: { id: number; state: string }[] }>('GET', '/platform/api/v1/intake_events')
    expect(newest.payload[0]?.state).toMatch(/^(unknown|parked)$/)
    const raw = await system.platform<{ body: string }>('GET', `/platform/api/v1/intake_events/${newest.payload[0]?.id}`)
    expect(typeof raw.body).toBe('string')
  })
})

describe('a handshake', () => {
  test('answers the challenge for the right token alone', async () => {
    await using fresh = await freshPostgresUrl()
    await using system = await startSystem({ databaseUrl: fresh.url })
    const ask = (query: Record<string, string>) => fetch(`${system.url}/webhooks/instagram?${new URLSearchParams(query)}`)
    const right = { 'hub.mode': 'subscribe', 'hub.verify_token': app.verifyToken, 'hub.challenge': '1158201444' }
    const answer = await ask(right)
    expect([answer.status, await answer.text()]).toEqual([200, '1158201444'])
    for (const wrong of [{ 'hub.verify_token': 'guess' }, { 'hub.verify_token': '' }, { 'hub.mode': 'unsubscribe' }]) {
      expect((await ask({ ...right, ...wrong })).status).toBe(403)
    }
  })

  test('is refused where no token is configured', async () => {
    await using fresh = await freshPostgresUrl()
    const system = startSystem({ databaseUrl: fresh.url, env: { INSTAGRAM_VERIFY_TOKEN: '' } })
    await expect(system).rejects.toThrow()
  })
})
