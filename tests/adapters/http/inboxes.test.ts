import { expect, test } from 'vitest'
import { capabilitiesJson } from '../../../src/adapters/http/views/capabilities.ts'
import type { CreateInbox } from '../../../src/application/inboxes/create-inbox.ts'
import type { AnswerComment } from '../../../src/application/messages/answer-comment.ts'
import type { InboxView, Queries } from '../../../src/application/ports/queries.ts'
import { instagramLimits } from '../../../src/channels/instagram/limits.ts'
import { hours } from '../../../src/domain/shared/instant.ts'
import { err, ok } from '../../../src/domain/shared/result.ts'
import { aMessage, anInbox } from './samples.ts'
import { type Asked, ask, base, createTestApp, instagram, now } from './support.ts'

const inboxes = '/api/v1/accounts/1/inboxes'

const holding = (inbox: InboxView): Partial<Queries> => ({
  inboxes: async () => [inbox],
  inbox: async (accountId, id) => (accountId === 1 && id === inbox.id ? inbox : undefined),
})

test('an inbox, listed and alone', async () => {
  const test = createTestApp({ queries: holding(anInbox) })
  const { body } = await ask(test, `${inboxes}/5`)
  expect(body).toMatchObject({
    id: 5,
    channel_id: 5,
    name: 'Loft & Seed',
    channel_type: 'Channel::Instagram',
    avatar_url: '',
    provider: null,
    greeting_enabled: false,
    working_hours: [],
    timezone: 'UTC',
    lock_to_single_conversation: false,
    callback_webhook_url: `${base}/webhooks/instagram`,
    instagram_id: '17841400000000001',
    provider_name: 'loft.and.seed',
    reauthorization_required: false,
    connection: {
      state: 'connected',
      token_expires_at: (now + hours(24)) / 1000,
      last_refreshed_at: null,
      webhooks_subscribed: true,
      last_event_at: Math.floor((now - 5500) / 1000),
    },
  })
  expect(body.connection).not.toHaveProperty('last_error')
  expect((await ask(test, inboxes)).body).toEqual({ payload: [body] })
})

test('an inbox that has to be connected again says so and why', async () => {
  const connection = { ...anInbox.connection!, state: 'reauthorization_required', lastError: 'The token was taken back.' } as const
  const { body } = await ask(createTestApp({ queries: holding({ ...anInbox, connection }) }), `${inboxes}/5`)
  expect(body).toMatchObject({ reauthorization_required: true, connection: { last_error: 'The token was taken back.' } })
})

test('an inbox whose token has ended asks for a person at once, before that is written down', async () => {
  const connection = { ...anInbox.connection!, tokenExpiresAt: now }
  const { body } = await ask(createTestApp({ queries: holding({ ...anInbox, connection }) }), `${inboxes}/5`)
  expect(body).toMatchObject({
    reauthorization_required: true,
    connection: { state: 'reauthorization_required', last_error: expect.stringContaining('has expired') },
  })
})

test('an inbox says what can be sent in it, and for how long', async () => {
  const shown = async (inbox: InboxView) => (await ask(createTestApp({ queries: holding(inbox) }), `${inboxes}/${inbox.id}`)).body
  expect((await shown(anInbox)).capabilities).toMatchObject({
    text: { part_bytes: 1000 },
    attachments: { max: 0, types: [] },
    reply_window: { standard_seconds: 86_400, human_agent_seconds: 604_800 },
  })
  expect((await shown(aBridge)).capabilities).toMatchObject({
    text: { part_bytes: null },
    attachments: { max: 15, types: expect.arrayContaining([{ file_type: 'video', content_types: ['*/*'], max_bytes: null }]) },
    reply_window: { standard_seconds: null, human_agent_seconds: null },
  })
  expect(capabilitiesJson({ ...instagram, limits: instagramLimits }, {}).attachments.types[0]).toEqual({
    file_type: 'image',
    content_types: ['image/jpeg', 'image/png', 'image/gif'],
    max_bytes: 8 * 1024 * 1024,
  })
  expect(await shown({ ...anInbox, channel: 'pigeon' })).not.toHaveProperty('capabilities')
})

test('an inbox without a provider has no connection', async () => {
  const { body } = await ask(createTestApp({ queries: holding({ ...anInbox, channel: 'pigeon', connection: null }) }), `${inboxes}/5`)
  expect(body).toMatchObject({ channel_type: 'Channel::pigeon', callback_webhook_url: null })
  expect(Object.keys(body)).not.toContain('connection')
})

test.each(['6', 'x', '0', '9007199254740992'])('inbox %s is not there', async (id) => {
  expect((await ask(createTestApp({ queries: holding(anInbox) }), `${inboxes}/${id}`)).status).toBe(404)
})

const aBridge: InboxView = {
  ...anInbox,
  id: 6,
  channel: 'api',
  webhookUrl: 'https://bridge.test/in',
  connection: { ...anInbox.connection!, channelKey: 'identifier-1', providerName: 'Loft & Seed', tokenExpiresAt: null },
}

test('an inbox of the account’s own software says where that hears of it, and no more', async () => {
  const { body } = await ask(createTestApp({ queries: holding(aBridge) }), `${inboxes}/6`)
  expect(body).toMatchObject({
    channel_type: 'Channel::Api',
    callback_webhook_url: null,
    inbox_identifier: 'identifier-1',
    webhook_url: 'https://bridge.test/in',
    hmac_mandatory: false,
    additional_attributes: {},
  })
  for (const key of ['connection', 'api_id', 'provider_name', 'reauthorization_required']) expect(body).not.toHaveProperty(key)
})

const create = async (json: object, asked: Asked = {}, answer: Awaited<ReturnType<CreateInbox>> = ok(6)) => {
  const commands: Parameters<CreateInbox>[0][] = []
  const createInbox: CreateInbox = async (command) => {
    commands.push(command)
    return answer
  }
  const test = createTestApp({ useCases: { createInbox }, queries: holding(aBridge) })
  return { ...(await ask(test, inboxes, { token: 'boss-token', json, ...asked })), commands }
}

const command = { accountId: 1, userId: 11, name: 'Shop', channel: 'api', webhookUrl: undefined, lockToSingleConversation: false }

test('an administrator makes an inbox', async () => {
  const made = await create({ name: 'Shop', channel: { type: 'api' } })
  expect(made).toMatchObject({ status: 200, body: { id: 6, inbox_identifier: 'identifier-1' } })
  expect(made.commands).toEqual([command])
  const webhookUrl = 'http://bridge.test:8080/in?a=b'
  const more = await create({ name: 'Shop', lock_to_single_conversation: true, channel: { type: 'api', webhook_url: webhookUrl } })
  expect(more.commands).toEqual([{ ...command, webhookUrl, lockToSingleConversation: true }])
  expect((await create({ name: 'Shop', channel: { type: 'api', webhook_url: '' } })).commands).toEqual([command])
})

test('agents make none', async () => {
  expect(await create({ name: 'Shop', channel: { type: 'api' } }, { token: 'agent-token' })).toMatchObject({ status: 403, commands: [] })
})

test.each([
  [{ channel: { type: 'api' } }, 'name'],
  [{ name: 'Shop' }, 'channel'],
  [{ name: 'Shop', channel: {} }, 'channel.type'],
  [{ name: 'Shop', channel: { type: 'api', webhook_url: 'javascript:alert(1)' } }, 'channel.webhook_url'],
  [{ name: 'Shop', channel: { type: 'api', webhook_url: 'bridge' } }, 'channel.webhook_url'],
  [{ name: 'Shop', channel: { type: 'api', webhook_url: `https://x/${'x'.repeat(2048)}` } }, 'channel.webhook_url'],
])('%j is refused and names %s', async (json, attribute) => {
  expect(await create(json)).toMatchObject({ status: 422, body: { attributes: [attribute], code: 'request.invalid' }, commands: [] })
})

test.each([
  ['inbox.name_missing', 'name'],
  ['inbox.type_not_creatable', 'channel.type'],
] as const)('%s is told', async (code, attribute) => {
  const { status, body } = await create({ name: ' ', channel: { type: 'email' } }, {}, err({ code }))
  expect([status, body.code, body.attributes]).toEqual([422, code, [attribute]])
})

test('a comment is answered privately', async () => {
  const commands: unknown[] = []
  const answer = async (result: Awaited<ReturnType<AnswerComment>>, json: object = { content: 'We have it!' }) => {
    const answerComment: AnswerComment = async (command) => {
      commands.push(command)
      return result
    }
    const test = createTestApp({ useCases: { answerComment }, queries: { message: async () => aMessage } })
    return ask(test, `${inboxes}/5/comments/17912345678901234/private_reply`, { json })
  }
  expect(await answer(ok(300))).toMatchObject({ status: 200, body: { id: 300 } })
  expect(commands).toEqual([{ accountId: 1, inboxId: 5, commentId: '17912345678901234', content: 'We have it!', userId: 10 }])
  expect(await answer(err({ code: 'comment.answered' }))).toMatchObject({ status: 409, body: { code: 'comment.answered' } })
  expect(await answer(err({ code: 'comment.unknown' }))).toMatchObject({ status: 404 })
  const long = await answer(err({ code: 'comment.answer_too_long', limit: 1000 }))
  expect(long).toMatchObject({ status: 422, body: { error: expect.stringContaining('1000 bytes'), attributes: ['content'] } })
  expect(await answer(ok(300), {})).toMatchObject({ status: 422, body: { attributes: ['content'] } })
})
