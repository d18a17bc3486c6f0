import type { HttpOptions } from '../../../src/adapters/http/app.ts'
import type { MessageView, Queries } from '../../../src/application/ports/queries.ts'
import type { ClientInboxView, VisitorConversationView, VisitorView } from '../../../src/application/ports/visitors.ts'
import type { UseCases } from '../../../src/application/use-cases.ts'
import { aMessage } from './samples.ts'
import { type Asked, ask, createTestApp, now } from './support.ts'

export const base = '/public/api/v1/inboxes/identifier-1'
export const key = 'the-key-of-ida'
export const talk = `${base}/contacts/${key}/conversations/7`

/** What `asked` has of each look at a conversation with its messages. */
export const wholeConversation = 'a whole conversation'

export const inbox: ClientInboxView = {
  accountId: 1,
  inboxId: 6,
  identifier: 'identifier-1',
  name: 'Our app',
  templates: null,
  hmacMandatory: false,
}

export const ida: VisitorView = {
  ...{ accountId: 1, inboxId: 6, contactId: 8, contactInboxId: 80, access: 'guest', sourceId: key },
  contact: {
    ...{ name: 'Ida', email: 'ida@x.test', phoneNumber: null, identifier: null, createdAt: now },
    additionalAttributes: { unverified: { phone_number: '+491' }, secret: 'INTERNAL' },
  },
}

const answer: MessageView = {
  ...aMessage,
  contentAttributes: { items: [{ title: 'Red', value: 'r' }], external_error: 'INTERNAL', anything: 'INTERNAL' },
  error: { code: 'x', class: 'x', message: 'INTERNAL', providerCode: null, providerSubcode: null, providerTraceId: null, retryable: true },
}

const question: MessageView = {
  ...{ ...aMessage, id: 299, type: 'incoming', author: 'contact' },
  sender: { kind: 'contact', id: 8, name: 'Ida', email: 'ida@x.test', avatarId: null },
}

const conversation: VisitorConversationView = {
  ...{ id: 70, displayId: 7, uuid: 'u', inboxId: 6, status: 'open', contactLastSeenAt: null, agentLastSeenAt: now },
  messages: [question, answer],
}

interface About {
  readonly who?: VisitorView
  readonly where?: ClientInboxView
  readonly options?: Partial<HttpOptions>
}

/** One inbox in which one person is known and has one conversation. */
export const createApp = (useCases: Partial<UseCases> = {}, { who = ida, where = inbox, options = {} }: About = {}) => {
  const asked: unknown[] = []
  const queries: Partial<Queries> = {
    async clientInbox(channels, identifier) {
      asked.push(channels)
      return identifier === where.identifier ? where : undefined
    },
    visitor: async (_, sourceId) => (sourceId === who.sourceId ? who : undefined),
    visitorConversations: async (visitor, before) => {
      asked.push([visitor.contactInboxId, before])
      return [conversation]
    },
    async visitorConversation(visitor, displayId) {
      asked.push(wholeConversation)
      return visitor === who && displayId === 7 ? conversation : undefined
    },
    hasConversation: async (visitor, displayId) => visitor === who && displayId === 7,
    visitorMessages: async (visitor, displayId, range) => {
      asked.push([visitor.contactInboxId, displayId, range])
      return [question, answer]
    },
    message: async () => question,
  }
  return { ...createTestApp({ useCases, queries, options }), asked }
}

export const call = (app: ReturnType<typeof createApp>, path: string, asked: Asked = {}) => ask(app, path, { token: '', ...asked })
