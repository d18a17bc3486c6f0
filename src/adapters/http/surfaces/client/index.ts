import { Hono } from 'hono'
import { cors } from 'hono/cors'
import { type HttpOptions, withScope } from '#adapters/http/scope.ts'
import { clientContacts } from '#adapters/http/surfaces/client/contacts.ts'
import { clientConversations } from '#adapters/http/surfaces/client/conversations.ts'
import { clientMessages } from '#adapters/http/surfaces/client/messages.ts'
import { countStrangers } from '#adapters/http/surfaces/client/strangers.ts'
import { type ClientEnv, requireInbox } from '#adapters/http/surfaces/client/visitor.ts'
import { clientInboxJson } from '#adapters/http/views/client.ts'

/** Pages of any site may call it: nothing that a browser sends by itself opens anything here. */
const anyOrigin = cors({
  origin: '*',
  allowMethods: ['GET', 'POST', 'PATCH'],
  allowHeaders: ['Content-Type', 'X-Request-Id'],
  exposeHeaders: ['X-Request-Id', 'Retry-After'],
  maxAge: 86_400,
})

/** What customers' own apps work with: an inbox of the account's own software, known by its identifier, and no token. */
export const createClient = (options: HttpOptions) =>
  new Hono<ClientEnv>()
    .use(anyOrigin, countStrangers(options), withScope(options), requireInbox)
    .get('/', (c) => c.json(clientInboxJson(c.var.inbox)))
    .route('/contacts', clientContacts)
    .route('/contacts/:source_id/conversations', clientConversations)
    .route('/contacts/:source_id/conversations/:display_id/messages', clientMessages)
