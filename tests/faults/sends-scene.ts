import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { Database } from '#adapters/postgres/database.ts'
import { type Api, createApi } from '../../src/cli/api.ts'
import { setUpTenant } from '../../src/cli/set-up.ts'
import { createSandboxClient, type SandboxClient } from '../../src/sandbox/client.ts'
import { type Sandbox, startSandbox } from '../../src/sandbox/index.ts'
import { app, eventually } from '../support/system.ts'
import { createVictim, platformToken, type Victim } from './support.ts'

/** Applies events and delivers; killed, and started again. */
export interface Worker {
  restart(): Promise<void>
}

/** A simulated Instagram, a server that takes requests, and workers that may be killed. */
export interface Shop extends AsyncDisposable {
  readonly instagram: SandboxClient
  readonly workers: readonly Worker[]
  /** The account's REST API. */
  readonly api: Api
  /** Conversations that customers began, each with one of its own. */
  readonly conversations: readonly Conversation[]
}

export interface Conversation {
  readonly igsid: string
  /** As in the API. */
  readonly number: number
}

interface Size {
  readonly businesses: number
  readonly customersEach: number
}

const variables = (sandbox: Sandbox): Record<string, string> => ({
  INSTAGRAM_VERIFY_TOKEN: app.verifyToken,
  INSTAGRAM_AUTHORIZE_URL: sandbox.urls.authorize,
  INSTAGRAM_OAUTH_URL: sandbox.urls.oauth,
  INSTAGRAM_GRAPH_URL: sandbox.urls.graph,
})

const openConversations = async (
  { kysely }: Database,
  instagram: SandboxClient,
  businesses: readonly string[],
  customersEach: number,
): Promise<Conversation[]> => {
  for (const business of businesses) {
    for (let n = 0; n < customersEach; n++) {
      const { igsid } = await instagram.createCustomer(business)
      await instagram.write(igsid, { text: 'hello' })
    }
  }
  return eventually(async () => {
    const { rows } = await sql<Conversation>`
      select ci.source_id as igsid, c.display_id as number from conversations c join contact_inboxes ci on ci.id = c.contact_inbox_id
      order by c.id`.execute(kysely)
    return rows.length === businesses.length * customersEach && rows
  }, 'opening the conversations')
}

const startWorker = async (stack: AsyncDisposableStack, victim: Victim): Promise<Worker> => {
  let running = await victim.start()
  stack.defer(() => running[Symbol.asyncDispose]())
  return {
    async restart() {
      running.kill('SIGKILL')
      await running.exited
      running = await victim.start()
    },
  }
}

/** Connects accounts through the whole sign-in, and has customers write to them. */
export const openShop = async (
  database: Database,
  databaseUrl: string,
  dataDir: string,
  { businesses, customersEach }: Size,
): Promise<Shop> => {
  await using stack = new AsyncDisposableStack()
  const sandbox = await startSandbox({ appId: app.id, appSecret: app.secret })
  stack.defer(() => sandbox.close())
  const start = (role: string) => createVictim(databaseUrl, dataDir, { ...variables(sandbox), ROLE: role })
  const web = await start('web')
  stack.use(await web.start())
  const workers = await Promise.all([1, 2].map(async () => startWorker(stack, await start('worker'))))
  const url = `http://127.0.0.1:${web.port}`
  const instagram = createSandboxClient(sandbox.url)
  await instagram.configure({ callback_url: `${url}/webhooks/instagram`, verify_token: app.verifyToken })
  const tenant = await setUpTenant(createApi(url, platformToken), { account: 'Shop', name: 'Ann', email: `${randomUUID()}@shop.example` })
  const user = createApi(url, tenant.token)
  const api: Api = (method, path, body) => user(method, `/api/v1/accounts/${tenant.accountId}${path}`, body)
  const keys: string[] = []
  for (let n = 0; n < businesses; n++) {
    const { user_id } = await instagram.createBusiness()
    const { url: page } = await api<{ url: string }>('POST', '/instagram/authorization')
    await fetch(await instagram.authorize(page, { business_id: user_id }), { redirect: 'manual' })
    keys.push(user_id)
  }
  const conversations = await openConversations(database, instagram, keys, customersEach)
  const open = stack.move()
  return { instagram, workers, api, conversations, [Symbol.asyncDispose]: () => open.disposeAsync() }
}

/** How one answer stands in our rows. */
export interface Sent {
  readonly content: string
  readonly status: string
  readonly code: string | null
  readonly state: string
  readonly externalId: string | null
}

export const readSent = async ({ kysely }: Database): Promise<readonly Sent[]> => {
  const { rows } = await sql<Sent>`
    select m.content, m.status, m.error ->> 'code' as code, p.state, p.external_id as "externalId"
    from messages m join message_parts p on p.message_id = m.id where m.author = 'user' order by m.id`.execute(kysely)
  return rows
}
