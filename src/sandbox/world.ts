import type { ScriptedFailure } from './errors.ts'

/**
 * The state of the simulated Instagram, kept in the shape in which the control API shows it (snake_case).
 * Times are epoch milliseconds; ids are strings.
 */
export interface AppConfig {
  /** Where webhooks go; set through the handshake. */
  callback_url: string | null
  verify_token: string | null
  /** Empty: any redirect_uri is taken. */
  redirect_uris: string[]
  deauthorize_url: string | null
  data_deletion_url: string | null
  human_agent_approved: boolean
  /** Where files of addresses with this origin are got instead: `{"https://shop.example": "http://127.0.0.1:3000"}`. */
  media_origins: Record<string, string>
  /** `flat`: user_id is a JSON number; `data`: an array that holds one object, with the app-scoped id. Both are seen in the wild. */
  token_shape: 'flat' | 'data'
  /** How the two fields are spelled that Meta's pages spell in two ways; the other spelling is refused. */
  field_spelling: 'usual' | 'other'
  /** The fields ticked in the App Dashboard: an event needs its field here and in the account's subscription. */
  fields: string[]
  /** When the echo of an API send is pushed, seen from the answer to the send. */
  echo: 'after' | 'before' | 'none'
  retry_base_ms: number
  retry_max_ms: number
  /** Attempts of one webhook, the first included. */
  retry_limit: number
  webhook_timeout_ms: number
  /** Webhooks of one business under way at once; 1 keeps their order. */
  delivery_concurrency: number
}

export interface Business {
  /** The professional account id: `entry.id` of webhooks. */
  user_id: string
  /** The app-scoped id: `id` of `/me`, never in a webhook. */
  id: string
  username: string
  name: string | null
  account_type: string
  biography: string
  profile_picture_url: string
  followers_count: number
  follows_count: number
  media_count: number
  /** false: the tester invitation is open, so exchange, `/me` and subscribing answer "Unsupported request". */
  tester_accepted: boolean
  /** The account's setting "Allow access to messages". */
  message_access: boolean
  subscribed_fields: string[]
  send_error: ScriptedFailure | null
}

export interface Customer {
  igsid: string
  business_id: string
  conversation_id: string
  username: string
  name: string | null
  profile_pic: string
  follower_count: number
  is_user_follow_business: boolean
  is_business_follow_user: boolean
  is_verified_user: boolean
  /** Becomes true when the person writes or presses a button; before that the profile answers 230. */
  consent: boolean
  profile_error: ScriptedFailure | null
  send_error: ScriptedFailure | null
  /** The reply window counts from here. */
  last_message_at: number | null
}

export interface Attachment {
  type: string
  payload?: Record<string, unknown>
}

export interface Reaction {
  by: string
  emoji: string
}

export interface Message {
  mid: string
  business_id: string
  igsid: string
  from: string
  to: string
  /** Who made it: the customer, our app through the API, or the business in the Instagram app. */
  origin: 'customer' | 'api' | 'app'
  text: string | null
  attachments: Attachment[]
  reply_to: Record<string, unknown> | null
  timestamp: number
  /** The other side has seen it. */
  seen: boolean
  deleted: boolean
  num_edit: number
  reactions: Reaction[]
}

export interface Token {
  access_token: string
  business_id: string
  kind: 'short' | 'long'
  scopes: string[]
  issued_at: number
  expires_at: number
  /** Why calls with it are refused from now on. */
  failure: ScriptedFailure | null
}

export interface AuthorizationCode {
  code: string
  business_id: string
  redirect_uri: string
  scopes: string[]
  issued_at: number
}

/** One call that the app made to `/api`, `/graph` or `/media`. */
export interface ProviderCall {
  host: 'api' | 'graph' | 'media'
  method: string
  /** Below the host prefix: `/v25.0/me/messages`. */
  path: string
  query_keys: string[]
  /** The JSON body; null for none and for forms (they carry secrets). */
  body: unknown
  /** null: the connection was dropped. */
  status: number | null
  /** The id of the fault rule that applied. */
  fault: string | null
  at: number
}

/** What a person wrote under something of the business. */
export interface Comment {
  id: string
  igsid: string
  business_id: string
  text: string
  at: number
  /** The message that answers it privately; there can be one. */
  answered_by: string | null
}

/** A file that the app gave in advance. */
export interface Upload {
  readonly business_id: string
  readonly type: string
}

export interface World {
  app: AppConfig
  readonly businesses: Map<string, Business>
  readonly customers: Map<string, Customer>
  readonly messages: Map<string, Message>
  /** By IGSID, oldest first. */
  readonly threads: Map<string, Message[]>
  readonly tokens: Map<string, Token>
  readonly codes: Map<string, AuthorizationCode>
  readonly comments: Map<string, Comment>
  /** By `attachment_id`. */
  readonly uploads: Map<string, Upload>
  readonly calls: ProviderCall[]
}

/** The fields an account can subscribe with Instagram Login. */
export const FIELDS = [
  'messages',
  'messaging_postbacks',
  'messaging_seen',
  'message_reactions',
  'messaging_referral',
  'messaging_optins',
  'messaging_handover',
  'standby',
  'message_echoes',
  'message_edit',
  'comments',
  'live_comments',
]

const defaultApp = (): AppConfig => ({
  callback_url: null,
  verify_token: null,
  redirect_uris: [],
  deauthorize_url: null,
  data_deletion_url: null,
  human_agent_approved: false,
  media_origins: {},
  token_shape: 'flat',
  field_spelling: 'usual',
  fields: [...FIELDS],
  echo: 'after',
  retry_base_ms: 200,
  retry_max_ms: 5000,
  retry_limit: 20,
  webhook_timeout_ms: 20_000,
  delivery_concurrency: 1,
})

export const createWorld = (): World => ({
  app: defaultApp(),
  businesses: new Map(),
  customers: new Map(),
  messages: new Map(),
  threads: new Map(),
  tokens: new Map(),
  codes: new Map(),
  comments: new Map(),
  uploads: new Map(),
  calls: [],
})

/** Forgets everything, also the app's configuration; the object stays the same. */
export const resetWorld = (world: World): void => {
  for (const part of Object.values(world)) if (part instanceof Map) part.clear()
  world.calls.length = 0
  world.app = defaultApp()
}

/** Adds to a log that keeps only its newest `max` entries. */
export const keep = <T>(list: T[], item: T, max = 10_000): void => {
  list.push(item)
  if (list.length > max) list.splice(0, list.length - max)
}

/** Adds to a map that forgets its oldest entry beyond `max`; returns what it forgot. */
export const remember = <T>(map: Map<string, T>, key: string, value: T, max = 100_000): T | undefined => {
  map.set(key, value)
  if (map.size <= max) return undefined
  const [oldest] = map
  if (oldest === undefined) return undefined
  map.delete(oldest[0])
  return oldest[1]
}
