import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freshPostgresUrl } from '../support/databases.ts'
import { rowsOf } from '../support/execute.ts'
import { app, eventually, type System, startSystem } from '../support/system.ts'

const platformToken = 'the-platform-token-of-the-test'

describe('the configuration of an installation, with two servers on one database', () => {
  const stack = new AsyncDisposableStack()
  let databaseUrl: string
  let one: System
  let two: System
  const lines: string[] = []

  beforeAll(async () => {
    const database = stack.use(await freshPostgresUrl())
    databaseUrl = database.url
    const onLog = (...line: unknown[]) => void lines.push(JSON.stringify(line))
    one = stack.use(await startSystem({ databaseUrl, onLog }))
    two = stack.use(await startSystem({ databaseUrl, onLog, env: { INSTAGRAM_APP_ID: '999' } }))
  })
  afterAll(() => stack.disposeAsync())

  const call = async ({ url }: System, page: string, changes?: unknown, token = platformToken) => {
    const answer = await fetch(`${url}/super_admin/app_config?config=${page}`, {
      method: changes === undefined ? 'GET' : 'PUT',
      headers: { api_access_token: token, ...(changes === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(changes === undefined ? {} : { body: JSON.stringify(changes) }),
    })
    return { status: answer.status, body: await answer.json() }
  }

  test('is shown by pages, with secrets masked; the first environment gave its first values', async () => {
    const instagram = {
      INSTAGRAM_APP_ID: app.id,
      INSTAGRAM_APP_SECRET: '********',
      INSTAGRAM_VERIFY_TOKEN: '********',
      INSTAGRAM_API_VERSION: 'v25.0',
      ENABLE_INSTAGRAM_CHANNEL_HUMAN_AGENT: 'false',
    }
    for (const system of [one, two]) expect(await call(system, 'instagram')).toMatchObject({ status: 200, body: instagram })
    expect((await call(one, 'facebook')).body).toEqual({
      FB_APP_ID: null,
      FB_APP_SECRET: null,
      FB_VERIFY_TOKEN: null,
      IG_VERIFY_TOKEN: null,
    })
    expect((await call(one, 'general')).body).toEqual({ CONNECT_RETURN_URLS: null, REVIEW_INBOX_ID: null })
    expect(await call(one, 'telegram')).toMatchObject({ status: 404, body: { code: 'app_config.unknown' } })
  })

  test('is the platform’s alone', async () => {
    for (const changes of [undefined, { INSTAGRAM_APP_ID: '1' }]) {
      expect((await call(one, 'instagram', changes, one.tenant.token)).status).toBe(401)
      expect((await call(one, 'instagram', changes, 'nobody')).status).toBe(401)
    }
  })

  test('takes effect in both at once, is sealed in the database, and what was read can be written back', async () => {
    const secret = 'brand-new-secret-of-the-app'
    const read = (await call(one, 'instagram')).body
    const written = await call(one, 'instagram', { ...read, INSTAGRAM_APP_SECRET: secret, ENABLE_INSTAGRAM_CHANNEL_HUMAN_AGENT: true })
    expect(written).toEqual({ status: 200, body: { ...read, ENABLE_INSTAGRAM_CHANNEL_HUMAN_AGENT: 'true' } })
    const body = { object: 'instagram', entry: [] }
    const started = Date.now()
    for (const system of [one, two]) {
      await eventually(async () => (await system.webhook(body, { secret })).status === 200, 'the new secret')
      expect((await system.webhook(body)).status).toBe(401)
      expect((await call(system, 'instagram')).body).toEqual(written.body)
    }
    expect(Date.now() - started).toBeLessThan(5000)
    expect((await call(two, 'instagram', written.body)).status).toBe(200)
    expect((await one.webhook(body, { secret })).status).toBe(200)
    const rows = await rowsOf(databaseUrl, "select name, value, sealed from global_config where name = 'INSTAGRAM_APP_SECRET'")
    expect(rows).toEqual([{ name: 'INSTAGRAM_APP_SECRET', value: null, sealed: expect.any(String) }])
    expect(JSON.stringify(rows)).not.toContain(secret)
    expect(lines.join()).not.toContain(secret)
  })

  test('can be unset, also what the environment gave first', async () => {
    expect((await call(one, 'instagram', { INSTAGRAM_APP_ID: null, INSTAGRAM_API_VERSION: '' })).body).toMatchObject({
      INSTAGRAM_APP_ID: null,
      INSTAGRAM_API_VERSION: 'v25.0',
    })
    await eventually(async () => (await call(two, 'instagram')).body.INSTAGRAM_APP_ID === null, 'the change')
    await expect(two.api('POST', '/instagram/authorization')).rejects.toThrow(/set INSTAGRAM_APP_ID/)
    expect((await call(one, 'instagram', { INSTAGRAM_APP_ID: app.id })).status).toBe(200)
  })

  test.each<[string, object, RegExp]>([
    ['INSTAGRAM_APP_ID', { INSTAGRAM_APP_ID: '0123456789abcdef0123456789abcdef' }, /not the secret beside it/],
    ['INSTAGRAM_APP_SECRET', { INSTAGRAM_APP_SECRET: 'two words' }, /copy it again/],
    ['INSTAGRAM_API_VERSION', { INSTAGRAM_API_VERSION: '25' }, /like v25\.0/],
    ['ENABLE_INSTAGRAM_COMMENTS', { ENABLE_INSTAGRAM_COMMENTS: 'maybe' }, /true nor false/],
    ['INSTAGRAM_GRAPH_URL', { INSTAGRAM_GRAPH_URL: 'https://elsewhere.example' }, /no setting of instagram/],
    ['FB_APP_ID', { FB_APP_ID: '1' }, /no setting of instagram/],
  ])('refuses a wrong %s with a sentence, and changes nothing', async (name, changes, sentence) => {
    const before = (await call(one, 'instagram')).body
    const refused = await call(one, 'instagram', { INSTAGRAM_API_VERSION: 'v24.0', ...changes })
    expect(refused).toMatchObject({ status: 422, body: { code: 'app_config.invalid', attributes: [name] } })
    expect(refused.body.error).toMatch(sentence)
    expect(refused.body.error).not.toMatch(/two words|0123456789abcdef/)
    expect((await call(one, 'instagram')).body).toEqual(before)
  })

  test('refuses what is no object of settings', async () => {
    expect((await call(one, 'instagram', { INSTAGRAM_APP_ID: { nested: 1 } })).status).toBe(422)
    expect((await call(one, 'instagram', [])).status).toBe(422)
  })
})
