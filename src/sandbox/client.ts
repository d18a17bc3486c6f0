import { ofetch } from 'ofetch'
import type {
  AppInput,
  BusinessInput,
  CustomerInput,
  FaultInput,
  NewBusinessInput,
  NewCustomerInput,
  WritingInput,
} from './control-input.ts'
import type { FaultRule } from './faults.ts'
import type { Delivery } from './webhook-sender.ts'
import type { AppConfig, Business, Comment, Customer, Message, ProviderCall, Token } from './world.ts'

type Json = Record<string, unknown>
type TokenReason = 'tokenRevoked' | 'appRemoved' | 'passwordChanged' | 'tokenInvalid'

export interface CallbackAnswer {
  status: number
  body: string
}

/** The control API with types. A refused call throws ofetch's `FetchError`; its `data` is `{error, code}`. */
export const createSandboxClient = (url: string) => {
  const call = createCall(url)
  return {
    ...appCalls(call),
    ...businessCalls(call),
    ...customerCalls(call),
    ...trafficCalls(call),
    /** Answers the authorize page without a browser; returns where the browser would be sent. Throws on the error page. */
    authorize: (authorizeUrl: string, decision: Decision = {}) => answerAuthorizePage(authorizeUrl, decision),
  }
}

export type SandboxClient = ReturnType<typeof createSandboxClient>

type Call = ReturnType<typeof createCall>

const createCall = (url: string) => {
  const request = ofetch.create({ baseURL: `${url}/control`, retry: 0 })
  const get = <T>(path: string, query: Json = {}) => request<T>(path, { query })
  const list = async <T>(path: string, query: Json = {}) => (await get<{ data: T[] }>(path, query)).data
  const post = <T>(path: string, body: Json = {}) => request<T>(path, { method: 'POST', body })
  const patch = <T>(path: string, body: Json) => request<T>(path, { method: 'PATCH', body })
  const remove = (path: string) => request<{ removed: number }>(path, { method: 'DELETE' })
  return { get, list, post, patch, remove }
}

const appCalls = ({ get, post, patch }: Call) => ({
  app: () => get<AppConfig & { app_id: string; now: number }>('/app'),
  /** Setting `callback_url` or `verify_token` makes the handshake, and throws when it fails. */
  configure: (app: AppInput) => patch<AppConfig>('/app', app),
  reset: () => post('/reset'),
  seed: (seed: number) => post('/seed', { seed }),
  /** Moves the sandbox's clock forward; returns its time in epoch ms. */
  advance: async (ms: number) => (await post<{ now: number }>('/clock', { advance_ms: ms })).now,
})

const businessCalls = ({ get, list, post, patch }: Call) => ({
  createBusiness: (business: NewBusinessInput = {}) => post<Business>('/businesses', business),
  businesses: (query: { limit?: number } = {}) => list<Business>('/businesses', query),
  business: (id: string) => get<Business>(`/businesses/${id}`),
  updateBusiness: (id: string, business: BusinessInput) => patch<Business>(`/businesses/${id}`, business),
  tokens: (businessId: string) => list<Token>(`/businesses/${businessId}/tokens`),
  /** A token without the OAuth dance; long-lived with every scope unless said otherwise. */
  issueToken: (businessId: string, token: { kind?: 'short' | 'long'; scopes?: string[]; age_ms?: number } = {}) =>
    post<Token>(`/businesses/${businessId}/tokens`, token),
  expireTokens: (businessId: string) => post<{ expired: number }>(`/businesses/${businessId}/tokens/expire`),
  revokeTokens: (businessId: string, reason: TokenReason = 'tokenRevoked') =>
    post<{ revoked: number }>(`/businesses/${businessId}/tokens/revoke`, { reason }),
  /** The owner removes the app: tokens end, and the deauthorize callback is called. */
  deauthorize: (businessId: string) => post<CallbackAnswer>(`/businesses/${businessId}/deauthorize`),
  requestDataDeletion: (businessId: string) => post<CallbackAnswer>(`/businesses/${businessId}/data-deletion`),
})

const customerCalls = ({ get, list, post, patch }: Call) => ({
  createCustomer: (businessId: string, customer: NewCustomerInput = {}) => post<Customer>(`/businesses/${businessId}/customers`, customer),
  customers: (businessId: string, query: { limit?: number } = {}) => list<Customer>(`/businesses/${businessId}/customers`, query),
  customer: (igsid: string) => get<Customer>(`/customers/${igsid}`),
  updateCustomer: (igsid: string, customer: CustomerInput) => patch<Customer>(`/customers/${igsid}`, customer),
  /** The thread as both sides see it, oldest first. */
  messages: (igsid: string, query: { limit?: number } = {}) => list<Message>(`/customers/${igsid}/messages`, query),
  write: (igsid: string, writing: WritingInput) => post<Message>(`/customers/${igsid}/messages`, writing),
  /** The business types in the Instagram app itself. */
  writeAsBusiness: (igsid: string, writing: WritingInput) => post<Message>(`/customers/${igsid}/native-messages`, writing),
  comment: (igsid: string, text: string) => post<Comment>(`/customers/${igsid}/comments`, { text }),
  press: (igsid: string, postback: { title: string; payload: string }) => post<Message>(`/customers/${igsid}/postbacks`, postback),
  /** `mid` absent: the newest message of the business; `emoji` null: take it back. */
  react: (igsid: string, reaction: { mid?: string; emoji?: string | null } = {}) =>
    post<Message>(`/customers/${igsid}/reactions`, reaction),
  /** Reads up to this message of the business; the newest when absent. */
  see: (igsid: string, mid?: string) => post<Message>(`/customers/${igsid}/seen`, { mid }),
  /** `mid` absent: the customer's newest message. */
  edit: (igsid: string, edit: { mid?: string; text: string }) => post<Message>(`/customers/${igsid}/edits`, edit),
  unsend: (igsid: string, mid?: string) => post<Message>(`/customers/${igsid}/unsends`, { mid }),
  /** Any other event under a subscription field; `bare` leaves sender, recipient and timestamp out. */
  event: (igsid: string, event: { field: string; event: Json; bare?: boolean }) => post(`/customers/${igsid}/events`, event),
})

const trafficCalls = ({ get, list, post, remove }: Call) => ({
  deliveries: (query: { business_id?: string; state?: Delivery['state']; field?: string; limit?: number } = {}) =>
    list<Delivery>('/deliveries', query),
  /** Waits until no webhook is under way, 10 s unless said otherwise (at most 60 s). */
  idle: (timeoutMs?: number) => get<{ idle: boolean; pending: number }>('/deliveries/idle', { timeout_ms: timeoutMs }),
  /** `path` is a part of the path. */
  requests: (query: { host?: ProviderCall['host']; method?: string; path?: string; limit?: number } = {}) =>
    list<ProviderCall>('/requests', query),
  addFault: (fault: FaultInput) => post<FaultRule>('/faults', fault),
  faults: () => list<FaultRule>('/faults'),
  removeFault: (id: string) => remove(`/faults/${id}`),
  clearFaults: () => remove('/faults'),
  /** Posts a body to the callback once: a text byte for byte, anything else as Meta writes JSON. */
  postWebhook: (post_: { body: unknown; signature?: 'valid' | 'wrong' | 'none'; secret?: string; headers?: Record<string, string> }) =>
    post<CallbackAnswer>('/webhooks', post_),
})

export interface Decision {
  /** user_id; the first business when absent. */
  business_id?: string
  decision?: 'allow' | 'cancel'
  /** Scopes left ticked; all of them when absent. */
  granted?: string[]
}

const answerAuthorizePage = async (authorizeUrl: string, { business_id, decision = 'allow', granted }: Decision): Promise<string> => {
  const form = new URLSearchParams({
    decision,
    ...(business_id !== undefined && { business_id }),
    ...(granted && { granted: granted.join(',') }),
  })
  const response = await fetch(authorizeUrl, { method: 'POST', body: form, redirect: 'manual' })
  const location = response.headers.get('location')
  if (location === null)
    throw new Error(`The authorize page answered ${response.status}: ${/class="error">([^<]*)/.exec(await response.text())?.[1]}`)
  return location
}
