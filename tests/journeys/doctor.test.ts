import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freshPostgresUrl } from '../support/databases.ts'
import { rowsOf } from '../support/execute.ts'
import { runProgram } from '../support/process.ts'
import { app, connectedBusiness, eventually, listConversations, type System, startSystem } from '../support/system.ts'

interface Finding {
  readonly check: string
  readonly state: string
  readonly message: string
}

interface Connection {
  readonly state: string
  readonly permissions: readonly string[] | null
  readonly account_type: string | null
  readonly quiet_since: number | null
  readonly checks: readonly Finding[]
}

describe('the doctor', () => {
  const stack = new AsyncDisposableStack()
  let system: System
  let databaseUrl: string
  const lines: string[] = []

  beforeAll(async () => {
    const database = stack.use(await freshPostgresUrl())
    databaseUrl = database.url
    system = stack.use(await startSystem({ databaseUrl, onLog: (...line) => void lines.push(JSON.stringify(line)) }))
  })
  afterAll(() => stack.disposeAsync())

  const connection = (inboxId: number) => system.api<Connection>('GET', `/inboxes/${inboxId}/connection`)
  const states = ({ checks }: { readonly checks: readonly Finding[] }) =>
    Object.fromEntries(checks.map(({ check, state }) => [check, state]))
  const message = ({ checks }: Connection, name: string) => checks.find(({ check }) => check === name)?.message

  const healthy = {
    ...{ connection: 'ok', expiry: 'ok', webhooks: 'ok', last_event: 'unknown' },
    ...{ token: 'ok', account_type: 'ok', permissions: 'ok', subscription: 'ok' },
  }

  test('finds nothing wrong with an inbox that works, and shows what was granted', async () => {
    const { inbox } = await connectedBusiness(system)
    const seen = await connection(inbox.id)
    expect(states(seen)).toEqual(healthy)
    expect(seen).toMatchObject({
      state: 'connected',
      permissions: ['instagram_business_basic', 'instagram_business_manage_messages'],
      account_type: 'Business',
      quiet_since: null,
    })
    expect(JSON.stringify(seen)).not.toContain('IGAA')
  })

  test('does not say that something was granted where Instagram did not', async () => {
    const business = await system.instagram.createBusiness()
    const { access_token: token } = await system.instagram.issueToken(business.user_id, { age_ms: 60_000 })
    const { inbox_id } = await system.api<{ inbox_id: number }>('POST', '/instagram/token', { token })
    const seen = await connection(inbox_id)
    expect(seen.permissions).toBe(null)
    expect([states(seen), message(seen, 'permissions')]).toEqual([healthy, expect.stringMatching(/did not say what it granted/)])
    const settings = (values: object) => system.platform('PUT', '/super_admin/app_config?config=instagram', values)
    await settings({ ENABLE_INSTAGRAM_COMMENTS: true })
    const more = await connection(inbox_id)
    expect(states(more)).toMatchObject({ permissions: 'unknown', subscription: 'warning' })
    expect(message(more, 'permissions')).toMatch(/instagram_business_manage_comments; connect the inbox again/)
    await settings({ ENABLE_INSTAGRAM_COMMENTS: false })
  })

  test('finds each thing that is wrong, and says what to do', async () => {
    const { inbox, business } = await connectedBusiness(system)
    await system.instagram.updateBusiness(business.user_id, { subscribed_fields: ['messaging_seen'], account_type: 'PERSONAL' })
    const wrong = await connection(inbox.id)
    expect(states(wrong)).toEqual({ ...healthy, account_type: 'failed', subscription: 'failed' })
    expect(message(wrong, 'account_type')).toMatch(/professional one in the Instagram app/)
    expect(message(wrong, 'subscription')).toMatch(/not subscribed to messages/)

    await system.instagram.revokeTokens(business.user_id)
    const revoked = await connection(inbox.id)
    expect(states(revoked)).toMatchObject({ token: 'failed', permissions: 'unknown', subscription: 'unknown' })
    expect(message(revoked, 'token')).toMatch(/Connect the inbox again/)

    await system.api('POST', `/inboxes/${inbox.id}/disconnect`)
    expect(states(await connection(inbox.id))).toEqual({ connection: 'warning' })
  })

  test('does not take an Instagram that is down for a broken connection', async () => {
    const { inbox } = await connectedBusiness(system)
    const { id } = await system.instagram.addFault({ match: { host: 'graph', method: 'GET' }, do: { status: 503, raw_body: '' } })
    expect(states(await connection(inbox.id))).toEqual({ ...healthy, token: 'unknown', permissions: 'unknown', subscription: 'unknown' })
    await system.instagram.removeFault(id)
  })

  test('warns of an inbox that is in use and went quiet', async () => {
    const { inbox, customer } = await connectedBusiness(system)
    await system.instagram.write(customer.igsid, { text: 'hello' })
    const conversation = await eventually(
      async () => (await listConversations(system)).find((each) => each.contact_inbox.source_id === customer.igsid),
      'the conversation',
    )
    expect(states(await connection(inbox.id))).toEqual({ ...healthy, last_event: 'ok' })
    await system.instagram.configure({ echo: 'none' })
    await system.api('POST', `/conversations/${conversation.id}/messages`, { content: 'nobody tells us of this' })
    await eventually(async () => (await system.instagram.messages(customer.igsid)).length === 2, 'the answer')
    await system.instagram.configure({ echo: 'after' })
    const longAgo = "now() - interval '1 hour'"
    await eventually(
      async () =>
        (
          await rowsOf(
            databaseUrl,
            `update messages m set created_at = ${longAgo} from message_parts p
        where p.message_id = m.id and p.state = 'accepted' and m.content = 'nobody tells us of this' returning m.id`,
          )
        ).length === 1,
      'the acceptance',
    )
    await rowsOf(databaseUrl, `update connections set last_event_at = now() - interval '1 day' where inbox_id = ${inbox.id}`)
    const quiet = await connection(inbox.id)
    expect(states(quiet)).toEqual({ ...healthy, last_event: 'warning' })
    expect(message(quiet, 'last_event')).toMatch(/sent no event of it/)
    expect(Date.now() / 1000 - (quiet.quiet_since ?? 0)).toBeGreaterThan(3500)
  })

  test('looks at the installation: configuration, callback, redirect URI', async () => {
    const look = async () => await system.platform<{ checks: Finding[] }>('GET', '/platform/api/v1/doctor')
    expect(states(await look())).toEqual({ configuration: 'ok', public_address: 'ok', callback: 'ok', redirect_uri: 'unknown' })
    await system.instagram.configure({ redirect_uris: ['https://elsewhere.example/instagram/callback'] })
    const elsewhere = await look()
    expect(states(elsewhere)).toMatchObject({ redirect_uri: 'failed' })
    expect(elsewhere.checks.at(-1)?.message).toMatch(/enter exactly this as redirect URL/)
    await system.instagram.configure({ redirect_uris: [] })
  })

  test('is a command too, which fails where something does', async () => {
    const { inbox } = await connectedBusiness(system)
    const { business: lost } = await connectedBusiness(system)
    await system.instagram.revokeTokens(lost.user_id)
    const env = {
      DATABASE_URL: databaseUrl,
      ENCRYPTION_KEYS: `test:${Buffer.alloc(32, 7).toString('base64')}`,
      FRONTEND_URL: system.url,
      INSTAGRAM_AUTHORIZE_URL: `${system.instagramUrl}/www/oauth/authorize`,
      INSTAGRAM_GRAPH_URL: `${system.instagramUrl}/graph`,
    }
    const run = await runProgram('src/cli/main.ts', ['doctor', '--json'], env)
    const findings = run.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(findings).toContainEqual({ channel: 'instagram', check: 'callback', state: 'ok', message: expect.any(String) })
    expect(findings).toContainEqual({
      account_id: system.tenant.accountId,
      inbox_id: inbox.id,
      check: 'token',
      state: 'ok',
      message: expect.any(String),
    })
    expect([run.code, run.err]).toEqual([1, expect.stringMatching(/^(One check|\d+ checks) failed\.\n$/)])
    const plain = await runProgram('src/cli/main.ts', ['doctor'], { ...env, FRONTEND_URL: 'http://127.0.0.1:9' })
    expect(plain.out).toMatch(/FAIL {2}callback: Nothing answers at http:\/\/127\.0\.0\.1:9\/webhooks\/instagram; start the server/)
    expect(plain.out + plain.err + lines.join()).not.toMatch(new RegExp(`IGAA|${app.secret}|${app.verifyToken}`))
  })

  test('is for administrators, and for inboxes of providers', async () => {
    const { id } = await system.api<{ id: number }>('POST', '/inboxes', { name: 'Bridge', channel: { type: 'api' } })
    await expect(connection(id)).rejects.toThrow(/no account of a provider/)
    await expect(connection(987_654)).rejects.toThrow(/no such inbox/)
    const answer = await fetch(`${system.url}/platform/api/v1/doctor`, { headers: { api_access_token: system.tenant.token } })
    expect(answer.status).toBe(401)
  })
})
