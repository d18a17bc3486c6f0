import { createMediaLinks } from '../../../src/adapters/crypto/media-links.ts'
import { createHttpApp, type HttpOptions } from '../../../src/adapters/http/app.ts'
import type { Actor } from '../../../src/application/ports/accounts.ts'
import type { Channel } from '../../../src/application/ports/channel.ts'
import type { LogFields, Logger } from '../../../src/application/ports/logger.ts'
import type { Queries } from '../../../src/application/ports/queries.ts'
import type { UseCases } from '../../../src/application/use-cases.ts'
import { api } from '../../../src/channels/api/index.ts'
import { days, hours } from '../../../src/domain/shared/instant.ts'
import { err } from '../../../src/domain/shared/result.ts'

export const now = Date.UTC(2026, 4, 1, 12)
export const base = 'https://dove.test'

const unexpected = (): never => {
  throw new Error('This test does not expect this call.')
}

const noUseCases: UseCases = {
  createAccount: unexpected,
  eraseContact: unexpected,
  carryOutErasure: unexpected,
  changeInbox: unexpected,
  revealSecrets: async () => new Map(),
  replaceSecret: unexpected,
  enterInbox: unexpected,
  introduceVisitor: unexpected,
  changeVisitor: unexpected,
  resolveConversation: unexpected,
  noteReading: unexpected,
  chooseItem: unexpected,
  createUser: unexpected,
  addAccountUser: unexpected,
  issueUserToken: unexpected,
  revokeToken: unexpected,
  registerPlatformApp: unexpected,
  authenticate: unexpected,
  readAppConfig: unexpected,
  changeAppConfig: unexpected,
  inspectInstallation: unexpected,
  inspectConnection: unexpected,
  watchSilence: unexpected,
  createInbox: unexpected,
  startConnection: unexpected,
  completeConnection: unexpected,
  adoptToken: unexpected,
  subscribeWebhooks: unexpected,
  refreshCredentials: unexpected,
  refreshCredential: unexpected,
  rotateKeys: unexpected,
  checkSubscriptions: unexpected,
  disconnectInbox: unexpected,
  endSubscription: unexpected,
  deauthorizeAccount: unexpected,
  requestDataDeletion: unexpected,
  eraseAccount: unexpected,
  answerHandshake: unexpected,
  acceptWebhook: unexpected,
  processIntake: unexpected,
  replayIntake: unexpected,
  tendIntake: unexpected,
  findGaps: unexpected,
  fillGaps: unexpected,
  fetchProfile: unexpected,
  fetchMedia: unexpected,
  wakeMedia: unexpected,
  retryMedia: unexpected,
  openMedia: unexpected,
  removeMedia: unexpected,
  sweepMedia: unexpected,
  uploadFile: unexpected,
  dropUploads: unexpected,
  keepUpload: unexpected,
  fetchUpload: unexpected,
  announceUpload: unexpected,
  takeInUpload: unexpected,
  refreshProfiles: unexpected,
  createContact: unexpected,
  mergeContacts: unexpected,
  startConversation: unexpected,
  receiveMessage: unexpected,
  reportStatus: unexpected,
  sendMessage: unexpected,
  retryMessage: unexpected,
  deliverWebhooks: unexpected,
  wakeWebhooks: unexpected,
  redeliverWebhooks: unexpected,
  answerComment: unexpected,
  reactToMessage: unexpected,
  showTyping: unexpected,
  seeConversation: unexpected,
  deliverConversation: unexpected,
  wakeDeliveries: unexpected,
  keepAnswer: unexpected,
  forgetAnswers: unexpected,
}

const noQueries: Queries = {
  actorByToken: unexpected,
  accounts: unexpected,
  account: unexpected,
  user: unexpected,
  accountUsers: unexpected,
  inboxes: unexpected,
  inbox: unexpected,
  connections: unexpected,
  inboxRhythm: unexpected,
  webhookDeliveries: unexpected,
  conversations: unexpected,
  conversation: unexpected,
  thread: unexpected,
  contactConversations: unexpected,
  message: unexpected,
  comments: unexpected,
  mediaFile: unexpected,
  contacts: unexpected,
  contact: unexpected,
  intakeEvents: unexpected,
  intakeEvent: unexpected,
  intakeCounts: unexpected,
  intakeBacklog: unexpected,
  dataDeletion: unexpected,
  contactErasure: unexpected,
  contactHistory: unexpected,
  conversationHistory: unexpected,
  clientInbox: unexpected,
  visitor: unexpected,
  visitorConversations: unexpected,
  visitorConversation: unexpected,
  hasConversation: unexpected,
  visitorMessages: unexpected,
}

export const actors: Readonly<Record<string, Actor>> = {
  'platform-token': { kind: 'platform_app', platformAppId: 1 },
  'agent-token': { kind: 'user', userId: 10, name: 'Ada', email: 'ada@dove.test', roles: { 1: 'agent' } },
  'boss-token': { kind: 'user', userId: 11, name: 'Bea', email: 'bea@dove.test', roles: { 1: 'administrator' } },
}

const refusal = err({ code: 'connection.not_configured', message: 'Instagram is not set up yet.' } as const)

/** 24 hours for everyone, 7 days for humans; no provider behind it. */
export const instagram: Channel = {
  kind: 'instagram',
  label: 'IG',
  chatwootType: 'Channel::Instagram',
  limits: { textBytes: 1000, privateReplyWithin: days(7) },
  replyWindow: async () => ({ standard: hours(24), humanAgent: hours(168) }),
  send: unexpected,
  webhook: { handshake: unexpected, verify: unexpected, isForeign: unexpected, normalize: unexpected },
  oauth: { authorizeUrl: async () => refusal, exchange: async () => refusal },
}

const bridge = api.create({ settings: { read: unexpected }, mac: { verifySha256: unexpected }, clock: { now: () => now } })

interface Line {
  readonly level: keyof Omit<Logger, 'with'>
  readonly event: string
  readonly fields: LogFields
}

const createLogger = (lines: Line[]): Logger => {
  const at =
    (level: Line['level']) =>
    (event: string, fields: LogFields = {}) =>
      void lines.push({ level, event, fields })
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error'), with: () => createLogger(lines) }
}

interface Stubs {
  readonly useCases?: Partial<UseCases>
  readonly queries?: Partial<Queries>
  readonly options?: Partial<HttpOptions>
}

/** The app over nothing but what a test gives it. Account 1 has the agent and the administrator; there is no other one. */
export const createTestApp = ({ useCases = {}, queries = {}, options = {} }: Stubs = {}) => {
  const lines: Line[] = []
  const scopes = { opened: 0, closed: 0 }
  const scope = {
    useCases: { ...noUseCases, authenticate: async (token: string) => actors[token], ...useCases },
    queries: { ...noQueries, ...queries },
    channels: new Map([instagram, bridge].map((channel) => [channel.kind, channel])),
    mediaLinks: createMediaLinks([new Uint8Array(32)], base),
    async [Symbol.asyncDispose]() {
      scopes.closed++
    },
  }
  const app = createHttpApp({
    openScope: () => {
      scopes.opened++
      return scope
    },
    frontendUrl: base,
    clock: { now: () => now },
    ids: { next: () => 'made-here' },
    logger: createLogger(lines),
    readiness: async () => ({ ready: true, checks: {} }),
    ...options,
  })
  return { app, lines, scopes }
}

type TestApp = ReturnType<typeof createTestApp>

export interface Asked {
  readonly token?: string
  readonly method?: string
  readonly json?: unknown
  readonly form?: FormData
  readonly headers?: Record<string, string>
  /** The address of the connection. */
  readonly from?: string
}

export const ask = async (
  { app }: TestApp,
  path: string,
  { token = 'agent-token', method, json, form, headers = {}, from }: Asked = {},
) => {
  const init = {
    method: method ?? (json === undefined && form === undefined ? 'GET' : 'POST'),
    headers: {
      ...(token === '' ? {} : { api_access_token: token }),
      ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    body: json === undefined ? (form ?? null) : JSON.stringify(json),
  }
  const response = await app.request(path, init, ...(from === undefined ? [] : [{ address: () => from }]))
  const text = await response.text()
  return { status: response.status, headers: response.headers, text, body: parsed(text) }
}

export const formOf = (fields: Readonly<Record<string, string | File>>): FormData => {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  return form
}

const parsed = (text: string) => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
