import { sql } from 'kysely'
import { expect, onTestFinished, test } from 'vitest'
import { createLogger } from '#adapters/system/logger.ts'
import { freshPostgresUrl } from '../support/databases.ts'
import {
  app,
  connect,
  connectedBusiness,
  eventually,
  listConversations,
  listInboxes,
  listMessages,
  type System,
  startSystem,
} from '../support/system.ts'
import { openTokens } from '../support/tokens.ts'

const day = 86_400_000

const canaries = {
  app: 'canary-app-secret-5f0c1d7a',
  facebook: 'canary-facebook-secret-9b22',
  verify: 'canary-verify-token-77aa10',
  changed: 'canary-changed-secret-62d0ab',
  platform: 'canary-platform-token-31c9e4',
  key: Buffer.from('canary-encryption-key-of-32-byte').toString('base64'),
}

interface Answer {
  readonly url: string
  readonly text: string
}

/** Records all that Dovecote answers, with headers, and the codes and states that pass by. */
const watchAnswers = (origin: () => string) => {
  const answers: Answer[] = []
  const passing = new Set<string>()
  const real = globalThis.fetch
  globalThis.fetch = async (input, init) => {
    const response = await real(input, init)
    const url = new URL(input instanceof Request ? input.url : input)
    for (const name of ['code', 'state']) if (url.pathname.endsWith('/callback')) passing.add(url.searchParams.get(name) ?? '')
    if (url.href.startsWith(origin())) {
      const headers = JSON.stringify([...response.headers])
      answers.push({ url: url.pathname, text: `${headers}\n${await response.clone().text()}` })
    }
    return response
  }
  onTestFinished(() => {
    globalThis.fetch = real
  })
  return { answers, passing }
}

/** Every row of every table, as text. */
const everyRow = async ({ kysely }: Awaited<ReturnType<typeof openTokens>>): Promise<Answer[]> => {
  const { rows: tables } = await sql<{ schema: string; name: string }>`
    select table_schema as schema, table_name as name from information_schema.tables
    where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`.execute(kysely)
  const found: Answer[] = []
  for (const { schema, name } of tables) {
    const { rows } = await sql<{ text: string }>`select to_jsonb(t)::text as text from ${sql.table(`${schema}.${name}`)} t`.execute(kysely)
    found.push(...rows.map(({ text }) => ({ url: `${schema}.${name}`, text })))
  }
  return found
}

const forms = (secret: string): string[] => [secret, encodeURIComponent(secret), Buffer.from(secret).toString('hex'), btoa(secret)]

const leaks = (secrets: Iterable<string>, places: readonly Answer[]): string[] =>
  [...secrets].flatMap((secret, n) =>
    places
      .filter(({ text }) => forms(secret).some((form) => text.includes(form)))
      .map(({ url }) => `secret ${n} (${secret.slice(0, 14)}…) in ${url}`),
  )

/** Everything that goes wrong says the secrets aloud. */
const failAloud = async (system: System, path: string, secret: string, run: () => Promise<unknown>) => {
  const message = `The token ${secret} and the secret ${canaries.app} are wrong: access_token=${secret}`
  const error = { message, type: 'OAuthException', code: 1, error_message: message, fbtrace_id: 'T' }
  const { id } = await system.instagram.addFault({
    match: { path },
    do: { status: 400, body: { error, error_message: message, error_type: message } },
  })
  await run()
  await system.instagram.removeFault(id)
}

/** What administrators and the owner of the installation look at and change. */
const lookAndChange = async (system: System, inboxId: number, secret: string): Promise<void> => {
  const { api, platform } = system
  await failAloud(system, '/me|/conversations|/subscribed_apps', secret, () => api('GET', `/inboxes/${inboxId}/connection`))
  await platform('GET', '/platform/api/v1/doctor')
  await platform('GET', '/platform/api/v1/doctor/inboxes')
  await platform('PUT', '/super_admin/app_config?config=facebook', { FB_APP_SECRET: canaries.changed })
  await platform('GET', '/super_admin/app_config?config=facebook')
  await platform('GET', '/super_admin/app_config?config=instagram')
  const wrong = platform('PUT', '/super_admin/app_config?config=instagram', { INSTAGRAM_APP_SECRET: `two ${canaries.changed}` })
  await expect(wrong).rejects.toThrow(/without spaces/)
  await failAloud(system, '/me$', secret, () => expect(api('POST', '/instagram/token', { token: secret })).rejects.toThrow())
  for (const path of ['/metrics', '/readyz', '/app']) await fetch(`${system.url}${path}`)
}

/** The ways in which an account leaves; the provider says no to the first of them, again and again. */
const leave = async (system: System, secret: string): Promise<void> => {
  const { instagram, api } = system
  const base = `${system.url}/instagram`
  await instagram.configure({ deauthorize_url: `${base}/deauthorize`, data_deletion_url: `${base}/data_deletion` })
  const [first, second, third] = [await connectedBusiness(system), await connectedBusiness(system), await connectedBusiness(system)]
  await failAloud(system, '/subscribed_apps$', secret, () => api('POST', `/inboxes/${first.inbox.id}/disconnect`))
  await instagram.deauthorize(second.business.user_id)
  const { body } = await instagram.requestDataDeletion(third.business.user_id)
  const page = `${base}/data_deletion/${JSON.parse(body).confirmation_code}`
  await eventually(async () => (await (await fetch(page)).text()).includes('Your data is deleted'), 'the deletion')
  await fetch(`${base}/deauthorize`, { method: 'POST', body: new URLSearchParams({ signed_request: `${secret}.${canaries.changed}` }) })
}

test('no secret is in any log line, answer, redirect or row, whatever goes wrong', async () => {
  await using database = await freshPostgresUrl()
  const lines: Answer[] = []
  const write = (text: string) => void lines.push({ url: 'the log', text })
  const logger = createLogger({ level: 'debug', format: 'json', write, clock: { now: Date.now } })
  let origin = 'not yet'
  const { answers, passing } = watchAnswers(() => origin)
  await using system = await startSystem({
    databaseUrl: database.url,
    logger,
    env: {
      ENCRYPTION_KEYS: `canary:${canaries.key}`,
      PLATFORM_APP_TOKEN: canaries.platform,
      FB_APP_SECRET: canaries.facebook,
      IG_VERIFY_TOKEN: canaries.verify,
    },
  })
  origin = system.url
  await using tokens = await openTokens(database.url)
  const { instagram, api } = system

  const { business, customer, inbox } = await connectedBusiness(system)
  const [token = { access_token: '' }] = await instagram.tokens(business.user_id)
  await instagram.write(customer.igsid, { text: 'hello' })
  const conversation = await eventually(async () => (await listConversations(system))[0])
  const became = (content: string, state: string) =>
    eventually(
      async () => (await listMessages(system, conversation.id)).some((m) => m.content === content && m.delivery.state === state),
      `${content}: ${state}`,
    )
  const send = async (content: string, state: string) => {
    await api('POST', `/conversations/${conversation.id}/messages`, { content })
    await became(content, state)
  }
  await send('an answer', 'accepted')

  const secret = token.access_token
  const refreshAs = async (state: string) => {
    await tokens.hurry(inbox.id)
    await tokens.refreshDue()
    await eventually(
      async () => (await listInboxes(system)).some(({ id, connection }) => id === inbox.id && connection.state === state),
      state,
    )
  }
  await failAloud(system, '/messages$', secret, () => send('refused aloud', 'queued'))
  await became('refused aloud', 'accepted')
  for (const path of ['/oauth/access_token$', '/access_token$', '/me$', '/subscribed_apps$']) {
    await failAloud(system, path, secret, async () => connect(system, (await instagram.createBusiness()).user_id))
  }
  await instagram.advance(2 * day)
  await tokens.age(inbox.id, 31)
  await failAloud(system, '/refresh_access_token$', secret, () => refreshAs('refresh_failing'))
  await refreshAs('connected')

  await connect(system, business.user_id, { decision: 'cancel' })
  await fetch(`${system.url}/instagram/callback?code=${secret}&state=forged-${canaries.app}`, { redirect: 'manual' })
  await fetch(`${system.url}/webhooks/instagram?hub.mode=subscribe&hub.challenge=1&hub.verify_token=${canaries.verify}x`)
  await system.webhook({ object: 'instagram', entry: [] }, { secret: `${canaries.facebook}x` })
  await fetch(`${system.url}/api/v1/profile?api_access_token=${system.tenant.token}`, {
    headers: { api_access_token: `${canaries.platform}x` },
  })
  await system.platform('POST', '/platform/api/v1/encryption_keys/rotate')
  await instagram.revokeTokens(business.user_id)
  await send('held', 'held')
  await lookAndChange(system, inbox.id, secret)
  await leave(system, secret)
  await instagram.idle()

  const issued = (await Promise.all((await instagram.businesses()).map(({ user_id }) => instagram.tokens(user_id)))).flat()
  expect(issued.length).toBeGreaterThan(5)
  expect(passing.size).toBeGreaterThan(5)
  const secrets = new Set([
    ...Object.values(canaries),
    app.secret,
    app.verifyToken,
    system.tenant.token,
    ...issued.map(({ access_token }) => access_token),
    ...passing,
  ])
  secrets.delete('')
  expect(lines.length).toBeGreaterThan(30)
  expect(answers.length).toBeGreaterThan(30)
  expect(leaks(secrets, lines)).toEqual([])
  /** These two answer with a secret on purpose: an API token, shown once, and the address with the state. */
  const meant = /^\/platform\/api\/v1\/users\/\d+\/token$|\/instagram\/authorization$/
  expect(
    leaks(
      secrets,
      answers.filter(({ url }) => !meant.test(url)),
    ),
  ).toEqual([])
  expect(leaks(secrets, answers)).not.toEqual([])
  const rows = await everyRow(tokens)
  expect(new Set(rows.map(({ url }) => url)).size).toBeGreaterThan(15)
  expect(leaks(secrets, rows)).toEqual([])
  expect(leaks(['an answer'], rows)).not.toEqual([])
})
