import { describe, expect, test } from 'vitest'
import type { ReceiveMessageCommand } from '../../../src/application/messages/receive-message.ts'
import type { MessageView, Queries } from '../../../src/application/ports/queries.ts'
import type { ClientInboxView, VisitorConversationView, VisitorView } from '../../../src/application/ports/visitors.ts'
import type { UseCases } from '../../../src/application/use-cases.ts'
import type { IntroduceVisitorCommand } from '../../../src/application/visitors/introduce-visitor.ts'
import { err, ok } from '../../../src/domain/shared/result.ts'
import { aMessage } from './samples.ts'
import { type Asked, ask, createTestApp, now } from './support.ts'

const base = '/public/api/v1/inboxes/identifier-1'
const key = 'the-key-of-ida'
const talk = `${base}/contacts/${key}/conversations/7`

const inbox: ClientInboxView = {
  accountId: 1,
  inboxId: 6,
  identifier: 'identifier-1',
  name: 'Our app',
  templates: null,
  hmacMandatory: false,
}

const ida: VisitorView = {
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

/** One inbox in which one person is known and has one conversation. */
const createApp = (useCases: Partial<UseCases> = {}, who: VisitorView = ida, where: ClientInboxView = inbox) => {
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
    visitorConversation: async (visitor, displayId) => (visitor === who && displayId === 7 ? conversation : undefined),
    visitorMessages: async (visitor, displayId, range) => {
      asked.push([visitor.contactInboxId, displayId, range])
      return [question, answer]
    },
    message: async () => question,
  }
  return { ...createTestApp({ useCases, queries }), asked }
}

const call = (app: ReturnType<typeof createApp>, path: string, asked: Asked = {}) => ask(app, path, { token: '', ...asked })

test('an inbox is shown without its texts, to whoever knows its identifier', async () => {
  const app = createApp()
  const { status, body, headers } = await call(app, base)
  expect([status, headers.get('cache-control'), app.asked]).toEqual([200, 'no-store', [['api']]])
  expect(body).toEqual({
    ...{ identifier: 'identifier-1', name: 'Our app', timezone: 'UTC', working_hours: expect.any(Array), working_hours_enabled: false },
    ...{ csat_survey_enabled: false, greeting_enabled: false, identity_validation_enabled: false },
  })
  expect(await call(app, `${base}x`)).toMatchObject({ status: 404, body: { code: 'resource.unknown' } })
})

test('pages of any site may call it, and are told what they may send', async () => {
  const app = createApp()
  const asks = { method: 'OPTIONS', headers: { origin: 'https://shop.test', 'access-control-request-method': 'PATCH' } }
  const preflight = await call(app, `${base}/contacts`, asks)
  expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([204, '*'])
  expect(preflight.headers.get('access-control-allow-methods')).toContain('PATCH')
  expect(preflight.headers.get('access-control-allow-credentials')).toBeNull()
  for (const path of [base, `${base}/contacts/nobody`]) expect((await call(app, path)).headers.get('access-control-allow-origin')).toBe('*')
  expect((await call(app, base, { method: 'DELETE' })).status).toBe(405)
})

describe('somebody', () => {
  test('is introduced, and told what they said', async () => {
    const commands: IntroduceVisitorCommand[] = []
    const app = createApp({
      introduceVisitor: async (command) => {
        commands.push(command)
        return ok({ sourceId: key })
      },
    })
    const json = { identifier: 'u1', identifier_hash: 'h', name: 'Ida', email: '', custom_attributes: { plan: 'a' } }
    const { status, body } = await call(app, `${base}/contacts`, { json })
    expect([status, body]).toEqual([
      ...[200, { id: 8, source_id: key, name: 'Ida', email: 'ida@x.test', phone_number: '+491', pubsub_token: '' }],
    ])
    expect(commands).toEqual([
      {
        ...{ inbox, sourceId: undefined, identifier: 'u1', identifierHash: 'h', name: 'Ida', email: undefined },
        ...{ phoneNumber: undefined, avatarUrl: undefined, customAttributes: { plan: 'a' } },
      },
    ])
    const form = new FormData()
    form.set('name', 'Ida')
    expect((await call(app, `${base}/contacts`, { form })).status).toBe(200)
    const large = { custom_attributes: { text: 'x'.repeat(70_000) } }
    expect(await call(app, `${base}/contacts`, { json: large })).toMatchObject({ status: 413 })
    expect(await call(app, `${base}/contacts`, { json: { avatar_url: 'file:///x' } })).toMatchObject({ status: 422 })
    expect(commands).toHaveLength(2)
  })

  test.each([
    ['identity.required', 401],
    ['identity.wrong', 401],
    ['visitor.source_id_unknown', 422],
    ['contact.email_invalid', 422],
    ['contact.attributes_too_large', 422],
  ] as const)('who may not hears %s', async (code, status) => {
    const app = createApp({ introduceVisitor: async () => err({ code }) })
    const told = await call(app, `${base}/contacts`, { json: {} })
    expect([told.status, told.body.code, told.body.error]).toEqual([status, code, expect.stringMatching(/\.$/)])
  })

  test('is shown what is theirs, and changes it', async () => {
    const app = createApp({ changeVisitor: async () => ok(null) })
    expect((await call(app, `${base}/contacts/${key}`)).body).toMatchObject({ source_id: key, name: 'Ida' })
    const changed = await call(app, `${base}/contacts/${key}`, { method: 'PATCH', json: { name: 'Ida' } })
    expect([changed.status, changed.text.includes('INTERNAL')]).toEqual([200, false])
    expect(changed.body).toMatchObject({ id: 8, name: 'Ida', identifier: null, created_at: new Date(now).toISOString() })
    const refused = createApp({ changeVisitor: async () => err({ code: 'visitor.set_apart' }) })
    expect(await call(refused, `${base}/contacts/${key}`, { method: 'PATCH', json: {} })).toMatchObject({ status: 403 })
  })

  test('whose source id opens nothing is not there; who proved nothing is not let in where that is asked for', async () => {
    const paths = [`${base}/contacts/nobody`, `${base}/contacts/nobody/conversations`, `${base}/contacts/nobody/conversations/7/messages`]
    for (const path of paths) expect(await call(createApp(), path)).toMatchObject({ status: 404, body: { code: 'visitor.unknown' } })
    const strict = { ...inbox, hmacMandatory: true }
    for (const path of [`${base}/contacts/${key}`, talk, `${talk}/messages`]) {
      expect(await call(createApp({}, ida, strict), path)).toMatchObject({ status: 401, body: { code: 'identity.required' } })
      expect((await call(createApp({}, { ...ida, access: 'proven' }, strict), path)).status).toBe(200)
    }
  })

  test('who was made one with another sees nothing of them', async () => {
    const app = createApp({}, { ...ida, access: 'apart', contact: { ...ida.contact, name: 'SOMEBODY ELSE', identifier: 'SOMEBODY' } })
    for (const path of [`${base}/contacts/${key}`, talk, `${talk}/messages`]) {
      const { status, text } = await call(app, path)
      expect([status, text.includes('SOMEBODY'), text.includes('"Ida"')]).toEqual([200, false, false])
    }
  })

  test('is named in no line of the log', async () => {
    const app = createApp()
    await call(app, `${talk}/messages`)
    const lines = JSON.stringify(app.lines)
    expect([lines.includes(key), lines.includes('/contacts/…/conversations/7/messages')]).toEqual([false, true])
  })
})

describe('conversations', () => {
  test('are shown in what is meant for customers', async () => {
    const app = createApp()
    const { body, text } = await call(app, talk)
    expect(text).not.toContain('INTERNAL')
    expect(body).toMatchObject({ id: 7, uuid: 'u', inbox_id: 6, status: 'open', contact_last_seen_at: 0, contact: { name: 'Ida' } })
    expect(body.messages).toEqual([
      {
        ...{ id: 299, content: 'Three kinds.', message_type: 0, content_type: 'text', content_attributes: {} },
        ...{ created_at: Math.floor((now - 1500) / 1000), conversation_id: 7 },
        sender: { id: 8, name: 'Ida', thumbnail: '', type: 'contact' },
      },
      {
        ...{ id: 300, content: 'Three kinds.', message_type: 1, content_type: 'text' },
        content_attributes: { items: [{ title: 'Red', value: 'r' }] },
        ...{ created_at: Math.floor((now - 1500) / 1000), conversation_id: 7 },
        sender: { id: 10, name: 'Ada', available_name: 'Ada', avatar_url: '', thumbnail: '', type: 'user' },
      },
    ])
    expect((await call(app, `${base}/contacts/${key}/conversations?before=9`)).body).toEqual([body])
    expect(app.asked).toContainEqual([80, 9])
    for (const path of ['8', 'x', '0']) expect((await call(app, `${base}/contacts/${key}/conversations/${path}`)).status).toBe(404)
  })

  test('are started, resolved and read, by whoever they are theirs', async () => {
    const done: unknown[] = []
    const app = createApp({
      startConversation: async (command) => {
        done.push(command)
        return ok(7)
      },
      resolveConversation: async (command) => {
        done.push(command)
        return ok(null)
      },
      noteReading: async (command) => {
        done.push(command)
        return ok(null)
      },
    })
    const list = `${base}/contacts/${key}/conversations`
    expect((await call(app, list, { json: { custom_attributes: { a: 1 } } })).body).toMatchObject({ id: 7 })
    expect((await call(app, `${talk}/toggle_status`, { method: 'POST' })).body).toMatchObject({ id: 7 })
    expect(await call(app, `${talk}/update_last_seen`, { method: 'POST' })).toMatchObject({ status: 200, text: '' })
    expect(await call(app, `${talk}/toggle_typing`, { json: { typing_status: 'on' } })).toMatchObject({ status: 200, text: '' })
    expect(await call(app, `${talk}/toggle_typing`, { json: { typing_status: 'perhaps' } })).toMatchObject({ status: 422 })
    expect(done).toEqual([
      {
        ...{ accountId: 1, inboxId: 6, contactId: 8, sourceId: key, status: undefined, message: undefined },
        ...{ additionalAttributes: {}, customAttributes: { a: 1 } },
      },
      { accountId: 1, displayId: 7 },
      { accountId: 1, displayId: 7 },
    ])
    for (const what of ['toggle_status', 'update_last_seen', 'toggle_typing'])
      expect((await call(app, `${list}/8/${what}`, { json: { typing_status: 'on' } })).status).toBe(404)
    expect(done).toHaveLength(3)
  })
})

describe('messages', () => {
  test('are read as customers see them, back and forth', async () => {
    const app = createApp()
    expect((await call(app, `${talk}/messages?before=40&after=30`)).body).toMatchObject([{ id: 299 }, { id: 300 }])
    expect(app.asked).toContainEqual([80, 7, { before: 40, after: 30 }])
  })

  test('are written, with files and a name of the app’s own', async () => {
    const [commands, dropped]: [ReceiveMessageCommand[], number[]] = [[], []]
    const app = createApp({
      async uploadFile({ accountId, name, contentType, content }) {
        for await (const _ of content);
        return ok({ id: 401, name: `${accountId} ${name}`, contentType, size: 1, digest: 'd' })
      },
      dropUploads: async (_, ids) => void dropped.push(...ids),
      receiveMessage: async (command) => {
        commands.push(command)
        return command.content === 'no' ? err({ code: 'message.too_long', limit: 5 }) : ok({ messageId: 299 })
      },
    })
    const form = new FormData()
    form.set('echo_id', 'e1')
    form.append('attachments[]', new File(['x'], 'a.png', { type: 'image/png' }))
    const sent = await call(app, `${talk}/messages`, { form })
    expect([sent.status, sent.body.id, sent.body.echo_id, dropped]).toEqual([200, 299, 'e1', []])
    const command = { accountId: 1, displayId: 7, contentAttributes: {} }
    expect(commands).toMatchObject([{ ...command, content: '', files: [{ id: 401, name: '1 a.png' }] }])
    form.set('content', 'no')
    expect(await call(app, `${talk}/messages`, { form })).toMatchObject({ status: 422, body: { code: 'message.too_long' } })
    expect(dropped).toEqual([401])
    expect((await call(app, `${talk}/messages`, { json: { content: 'Hi', private: true, message_type: 'outgoing' } })).status).toBe(200)
    expect(commands.at(-1)).toEqual({ ...command, content: 'Hi' })
    expect((await call(app, `${base}/contacts/${key}/conversations/8/messages`, { form })).status).toBe(404)
    expect(commands).toHaveLength(3)
    await call(app, `${talk}/messages`, { json: { attachments: ['7.signed'] } })
    expect(commands[3]?.files).toEqual([{ uploadId: '7.signed' }])
  })

  test('an item of theirs is chosen', async () => {
    const commands: unknown[] = []
    const app = createApp({
      chooseItem: async (command) => {
        commands.push(command)
        return command.value === 'r' ? ok(299) : err({ code: 'message.no_such_item' })
      },
    })
    const choose = (submitted_values: unknown, id = '299') =>
      call(app, `${talk}/messages/${id}`, { method: 'PATCH', json: { submitted_values } })
    expect((await choose({ title: 'Red', value: 'r' })).body).toMatchObject({ id: 299 })
    expect((await choose([{ value: 'r' }])).status).toBe(200)
    expect(await choose({ value: 'x' })).toMatchObject({ status: 422, body: { code: 'message.no_such_item' } })
    for (const wrong of [undefined, {}, [], [{ value: 'a' }, { value: 'b' }], { value: 7 }]) expect((await choose(wrong)).status).toBe(422)
    expect((await choose({ value: 'r' }, 'x')).status).toBe(404)
    expect(commands).toHaveLength(3)
  })
})
