import { createHmac, randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from '#application/ports/logger.ts'
import { type Api, createApi } from '../../src/cli/api.ts'
import { freePort } from '../../src/cli/demo/free-port.ts'
import { setUpTenant, type Tenant } from '../../src/cli/set-up.ts'
import { readConfig } from '../../src/runtime/environment.ts'
import { nodeHost } from '../../src/runtime/node-host.ts'
import { startServer } from '../../src/runtime/server.ts'
import { createSandboxClient, type SandboxClient } from '../../src/sandbox/client.ts'
import { startSandbox } from '../../src/sandbox/index.ts'
import { provideEmbedded } from './databases.ts'
import { temporaryFolder } from './temporary-folder.ts'

export const app = { id: '7000000000000001', secret: 'the-secret-of-the-test-app', verifyToken: 'the-verify-token-of-the-test' }

/** Dovecote as a user runs it, beside a simulated Instagram, both over real HTTP in this process. */
export interface System extends AsyncDisposable {
  readonly url: string
  readonly instagram: SandboxClient
  readonly instagramUrl: string
  readonly platform: Api
  readonly tenant: Tenant
  /** The account's API for its administrator; paths start behind `/api/v1/accounts/{id}`. */
  readonly api: Api
  /** Posts to the webhook what Meta would sign. */
  webhook(body: unknown, options?: { secret?: string | null; channel?: string }): Promise<Response>
}

export interface SystemOptions {
  /** None: an embedded database. */
  readonly databaseUrl?: string
  readonly env?: Readonly<Record<string, string>>
  /** Gets every log line's event and fields. */
  readonly onLog?: (level: string, event: string, fields: unknown) => void
  /** Instead of `onLog`: what writes the lines. */
  readonly logger?: Logger
}

const recorder = (onLog: SystemOptions['onLog'] = () => {}): Logger => ({
  debug: (event, fields) => onLog('debug', event, fields),
  info: (event, fields) => onLog('info', event, fields),
  warn: (event, fields) => onLog('warn', event, fields),
  error: (event, fields) => onLog('error', event, fields),
  with: () => recorder(onLog),
})

export const signed = (raw: string | Uint8Array, secret: string): string =>
  `sha256=${createHmac('sha256', secret).update(raw).digest('hex')}`

export const startSystem = async ({ databaseUrl, env, onLog, logger = recorder(onLog) }: SystemOptions = {}): Promise<System> => {
  await using stack = new AsyncDisposableStack()
  const folder = stack.use(temporaryFolder())
  if (databaseUrl === undefined) provideEmbedded(env?.DATA_DIR ?? folder.path)
  const sandbox = await startSandbox({ appId: app.id, appSecret: app.secret })
  stack.defer(() => sandbox.close())
  const config = readConfig({
    PORT: String(await freePort(0)),
    DATA_DIR: folder.path,
    ...(databaseUrl ? { DATABASE_URL: databaseUrl, ENCRYPTION_KEYS: `test:${Buffer.alloc(32, 7).toString('base64')}` } : {}),
    PLATFORM_APP_TOKEN: 'the-platform-token-of-the-test',
    ALLOW_PRIVATE_NETWORK: 'true',
    INSTAGRAM_APP_ID: app.id,
    INSTAGRAM_APP_SECRET: app.secret,
    INSTAGRAM_VERIFY_TOKEN: app.verifyToken,
    INSTAGRAM_AUTHORIZE_URL: sandbox.urls.authorize,
    INSTAGRAM_OAUTH_URL: sandbox.urls.oauth,
    INSTAGRAM_GRAPH_URL: sandbox.urls.graph,
    ...env,
  })
  const server = stack.use(await startServer({ config, host: nodeHost, logger }))
  const instagram = createSandboxClient(sandbox.url)
  await instagram.configure({ callback_url: `${server.url}/webhooks/instagram`, verify_token: app.verifyToken })
  const platform = createApi(server.url, server.platformAppToken ?? '')
  const tenant = await setUpTenant(platform, { account: 'Test shop', name: 'Tess Tester', email: `${randomUUID()}@shop.example` })
  const user = createApi(server.url, tenant.token)
  const open = stack.move()
  return {
    url: server.url,
    instagram,
    instagramUrl: sandbox.url,
    platform,
    tenant,
    api: (method, path, body) => user(method, `/api/v1/accounts/${tenant.accountId}${path}`, body),
    webhook(body, { secret = app.secret, channel = 'instagram' } = {}) {
      const raw = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body)
      const headers = { 'content-type': 'application/json', ...(secret === null ? {} : { 'x-hub-signature-256': signed(raw, secret) }) }
      return fetch(`${server.url}/webhooks/${channel}`, { method: 'POST', body: raw as BodyInit, headers })
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}

/** How long to wait for what must happen, ms: far more than a busy machine takes. */
const usualPatience = 90_000

/** What `look` finds once it finds something other than undefined or false. */
export const eventually = async <T>(look: () => Promise<T | undefined | false>, what = 'it', patience = usualPatience): Promise<T> => {
  for (const deadline = Date.now() + patience; ; await delay(20)) {
    const found = await look()
    if (found !== undefined && found !== false) return found
    if (Date.now() > deadline) throw new Error(`Waited ${patience / 1000} s, but ${what} did not happen.`)
  }
}

export interface AttachmentJson {
  readonly id: number
  readonly file_type: string
  readonly data_url: string
  readonly thumb_url: string
  readonly media_state: string
  readonly content_type: string | null
  readonly extension: string | null
  readonly file_size: number | null
}

export interface MessageJson {
  readonly id: number
  readonly content: string | null
  readonly message_type: number
  readonly status: string
  readonly author: string
  readonly sender_id: number | null
  readonly source_id: string | null
  readonly created_at: number
  readonly content_attributes: Readonly<Record<string, unknown>>
  readonly delivery: {
    readonly state: string
    readonly error?: { readonly code: string; readonly class: string }
    readonly parts: readonly { readonly kind: string; readonly external_id: string | null; readonly state: string }[]
  }
  readonly attachments?: readonly AttachmentJson[]
}

export interface ConversationJson {
  readonly id: number
  readonly status: string
  readonly unread_count: number
  readonly can_reply: boolean
  readonly contact_inbox: { readonly source_id: string }
  readonly created_at: number
  readonly timestamp: number
  readonly last_activity_at: number
  readonly first_reply_created_at: number
  readonly waiting_since: number
  readonly reply_window: { readonly state: string; readonly closes_at: number | null }
  readonly meta: {
    readonly sender: {
      readonly id: number
      readonly name: string
      readonly thumbnail: string
      readonly additional_attributes: Readonly<Record<string, unknown>>
    }
  }
}

export interface InboxJson {
  readonly id: number
  readonly name: string
  readonly instagram_id: string
  readonly provider_name: string
  readonly reauthorization_required: boolean
  readonly connection: {
    readonly state: string
    readonly token_expires_at: number | null
    readonly last_refreshed_at: number | null
    readonly webhooks_subscribed: boolean
    readonly last_event_at: number | null
    readonly last_error?: string
    readonly gap_fill: {
      readonly looked_at: number | null
      readonly missed: number
      readonly missed_at: number | null
      readonly error?: string
    }
  }
}

export const listInboxes = async ({ api }: Pick<System, 'api'>): Promise<InboxJson[]> =>
  (await api<{ payload: InboxJson[] }>('GET', '/inboxes')).payload

export const listConversations = async ({ api }: Pick<System, 'api'>): Promise<ConversationJson[]> =>
  (await api<{ data: { payload: ConversationJson[] } }>('GET', '/conversations?status=all')).data.payload

export const listMessages = async ({ api }: Pick<System, 'api'>, conversation: number): Promise<MessageJson[]> =>
  (await api<{ payload: MessageJson[] }>('GET', `/conversations/${conversation}/messages`)).payload

/** Connects a business through the whole sign-in; answers the page that the browser ends on. */
export const connect = async (
  system: System,
  businessId: string,
  grant: Parameters<SandboxClient['authorize']>[1] = {},
): Promise<string> => {
  const { url } = await system.api<{ url: string }>('POST', '/instagram/authorization')
  const back = await system.instagram.authorize(url, { business_id: businessId, ...grant })
  // The sign-in returns to FRONTEND_URL, which in a test is this server under another name.
  const { pathname, search } = new URL(back)
  const answer = await fetch(new URL(pathname + search, system.url), { redirect: 'manual' })
  return answer.headers.get('location') ?? `${answer.status}`
}

/** Opens one of our absolute addresses. FRONTEND_URL is this server under another name. */
export const fetchOurs = ({ url }: Pick<System, 'url'>, address: string, init: RequestInit = {}): Promise<Response> => {
  const { pathname, search } = new URL(address)
  return fetch(`${url}${pathname}${search}`, { redirect: 'manual', ...init })
}

/** A business that is connected, and a customer who can write to it. */
/**
 * The inbox of a business whose conversations were read for the first time. What is written before that comes both ways, and the
 * provider's list tells times to the second.
 */
export const readInbox = (system: System, userId: string): Promise<InboxJson> =>
  eventually(
    async () => (await listInboxes(system)).find((each) => each.instagram_id === userId && each.connection.gap_fill.looked_at !== null),
    'reading the conversations of a new inbox',
  )

export const connectedBusiness = async (system: System) => {
  const business = await system.instagram.createBusiness()
  await connect(system, business.user_id)
  const customer = await system.instagram.createCustomer(business.user_id, { name: 'Noor Customer' })
  return { business, customer, inbox: await readInbox(system, business.user_id) }
}
