import { expect, test } from 'vitest'
import { capabilitiesJson } from '../../../src/adapters/http/views/capabilities.ts'
import type { ChangeInbox } from '../../../src/application/inboxes/change-inbox.ts'
import type { CreateInbox } from '../../../src/application/inboxes/create-inbox.ts'
import type { ReplaceHmacToken } from '../../../src/application/inboxes/replace-hmac-token.ts'
import type { RevealHmacTokens } from '../../../src/application/inboxes/reveal-hmac-tokens.ts'
import type { InboxView, Queries } from '../../../src/application/ports/queries.ts'
import { instagramLimits } from '../../../src/channels/instagram/limits.ts'
import { noTemplates } from '../../../src/domain/conversation/templates.ts'
import { hours } from '../../../src/domain/shared/instant.ts'
import { err, ok } from '../../../src/domain/shared/result.ts'
import { anInbox } from './samples.ts'
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
    working_hours: expect.any(Array),
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
  const timed = await ask(createTestApp({ queries: holding({ ...aBridge, replyHours: 48 }) }), `${inboxes}/6`)
  expect(timed.body.additional_attributes).toEqual({ agent_reply_time_window: 48 })
  for (const key of ['connection', 'api_id', 'provider_name', 'reauthorization_required']) expect(body).not.toHaveProperty(key)
})

test('the secret of such an inbox is shown to administrators, and to nobody else', async () => {
  const asked: unknown[] = []
  const revealHmacTokens: RevealHmacTokens = async (refs) => {
    asked.push(refs)
    return new Map([[6, 'the-secret']])
  }
  const inboxesOf = { ...holding({ ...aBridge, hmacMandatory: true }), inboxes: async () => [anInbox, aBridge] }
  const test = createTestApp({ useCases: { revealHmacTokens }, queries: inboxesOf })
  const one = await ask(test, `${inboxes}/6`, { token: 'boss-token' })
  expect(one.body).toMatchObject({ hmac_mandatory: true, hmac_token: 'the-secret' })
  const { payload } = (await ask(test, inboxes, { token: 'boss-token' })).body
  expect(payload.map((inbox: { hmac_token?: string }) => inbox.hmac_token)).toEqual([undefined, 'the-secret'])
  expect(asked).toEqual([[{ accountId: 1, inboxId: 6 }], [{ accountId: 1, inboxId: 6 }]])
  for (const path of [inboxes, `${inboxes}/6`]) expect((await ask(test, path)).text).not.toContain('hmac_token')
})

test('that secret is replaced by an administrator', async () => {
  const replace = (answer: Awaited<ReturnType<ReplaceHmacToken>>, token = 'boss-token') => {
    const useCases = { replaceHmacToken: async () => answer, revealHmacTokens: async () => new Map([[6, 'another']]) }
    const test = createTestApp({ useCases, queries: holding(aBridge) })
    return ask(test, `${inboxes}/6/reset_hmac_token`, { token, method: 'POST' })
  }
  expect(await replace(ok(6))).toMatchObject({ status: 200, body: { id: 6, hmac_token: 'another' } })
  expect(await replace(ok(6), 'agent-token')).toMatchObject({ status: 403 })
  expect(await replace(err({ code: 'inbox.not_a_bridge' }))).toMatchObject({ status: 422, body: { code: 'inbox.not_a_bridge' } })
})

const create = async (json: object, asked: Asked = {}, answer: Awaited<ReturnType<CreateInbox>> = ok(6)) => {
  const commands: Parameters<CreateInbox>[0][] = []
  const createInbox: CreateInbox = async (command) => {
    commands.push(command)
    return answer
  }
  const revealHmacTokens: RevealHmacTokens = async () => new Map([[6, 'the-secret']])
  const test = createTestApp({ useCases: { createInbox, revealHmacTokens }, queries: holding(aBridge) })
  return { ...(await ask(test, inboxes, { token: 'boss-token', json, ...asked })), commands }
}

const command = {
  accountId: 1,
  userId: 11,
  name: 'Shop',
  channel: 'api',
  webhookUrl: undefined,
  lockToSingleConversation: false,
  replyHours: null,
  changes: {},
}

test('an administrator makes an inbox', async () => {
  const made = await create({ name: 'Shop', channel: { type: 'api' } })
  expect(made).toMatchObject({ status: 200, body: { id: 6, inbox_identifier: 'identifier-1', hmac_token: 'the-secret' } })
  expect(made.commands).toEqual([command])
  const webhookUrl = 'http://bridge.test:8080/in?a=b'
  const more = await create({ name: 'Shop', lock_to_single_conversation: true, channel: { type: 'api', webhook_url: webhookUrl } })
  expect(more.commands).toEqual([{ ...command, webhookUrl, lockToSingleConversation: true }])
  expect((await create({ name: 'Shop', channel: { type: 'api', webhook_url: '' } })).commands).toEqual([command])
  const greeting = { greeting_enabled: true, greeting_message: 'Hello!' }
  const changes = { greetingEnabled: true, greetingMessage: 'Hello!' }
  expect((await create({ name: 'Shop', channel: { type: 'api' }, ...greeting })).commands).toEqual([{ ...command, changes }])
  const timed = { type: 'api', additional_attributes: { agent_reply_time_window: '48' } }
  expect((await create({ name: 'Shop', channel: timed })).commands).toEqual([{ ...command, replyHours: 48 }])
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

const patch = async (json: object, asked: Asked = {}, answer: Awaited<ReturnType<ChangeInbox>> = ok(5)) => {
  const commands: Parameters<ChangeInbox>[0][] = []
  const changeInbox: ChangeInbox = async (command) => {
    commands.push(command)
    return answer
  }
  const test = createTestApp({ useCases: { changeInbox }, queries: holding({ ...anInbox, templates: noTemplates }) })
  return { ...(await ask(test, `${inboxes}/5`, { method: 'PATCH', token: 'boss-token', json, ...asked })), commands }
}

test('an administrator changes what an inbox answers by itself, and when people are there', async () => {
  const day = { day_of_week: 1, open_hour: 8, open_minutes: 30, close_hour: 12, close_minutes: 0 }
  const changed = await patch({
    greeting_enabled: true,
    greeting_message: 'Hello!',
    working_hours_enabled: 'true',
    timezone: 'Europe/Berlin',
    out_of_office_message: 'null',
    working_hours: [day, { day_of_week: '2', closed_all_day: true, open_hour: null }, { day_of_week: 3, open_all_day: true }],
  })
  expect(changed.status).toBe(200)
  const whole = { closedAllDay: false, openAllDay: false, openHour: 0, openMinutes: 0, closeHour: 0, closeMinutes: 0 }
  expect(changed.commands).toEqual([
    {
      accountId: 1,
      inboxId: 5,
      changes: {
        greetingEnabled: true,
        greetingMessage: 'Hello!',
        workingHoursEnabled: true,
        timezone: 'Europe/Berlin',
        outOfOfficeMessage: null,
        workingHours: [
          { ...whole, dayOfWeek: 1, openHour: 8, openMinutes: 30, closeHour: 12 },
          { ...whole, dayOfWeek: 2, closedAllDay: true },
          { ...whole, dayOfWeek: 3, openAllDay: true },
        ],
      },
    },
  ])
  expect(changed.body).toMatchObject({ greeting_enabled: false, greeting_message: null, working_hours_enabled: false, timezone: 'UTC' })
  expect(changed.body.working_hours).toHaveLength(7)
  expect(changed.body.working_hours[1]).toEqual({
    ...{ day_of_week: 1, closed_all_day: false, open_all_day: false },
    ...{ open_hour: 9, open_minutes: 0, close_hour: 17, close_minutes: 0 },
  })
})

test('what is left out stays', async () => {
  expect((await patch({ name: 'New name', channel: {} })).commands[0]?.changes).toEqual({ name: 'New name' })
  expect((await patch({ channel: { webhook_url: null } })).commands[0]?.changes).toEqual({ webhookUrl: null })
  expect((await patch({ channel: { hmac_mandatory: 'true' } })).commands[0]?.changes).toEqual({ hmacMandatory: true })
  const window = (hours: unknown) => ({ channel: { additional_attributes: { agent_reply_time_window: hours } } })
  expect((await patch(window(12))).commands[0]?.changes).toEqual({ replyHours: 12 })
  expect((await patch(window('null'))).commands[0]?.changes).toEqual({ replyHours: null })
})

test.each<[object, string]>([
  [{ greeting_enabled: 'perhaps' }, 'greeting_enabled'],
  [{ greeting_message: 7 }, 'greeting_message'],
  [{ working_hours: [{ day_of_week: 7 }] }, 'working_hours.0.day_of_week'],
  [{ working_hours: [{ day_of_week: 1, open_hour: 24 }] }, 'working_hours.0.open_hour'],
  [{ working_hours: [{ day_of_week: 1, close_minutes: 'x' }] }, 'working_hours.0.close_minutes'],
  [{ channel: { webhook_url: 'nowhere' } }, 'channel.webhook_url'],
  ...[0, -1, 1.5, 'soon', 87_601].map((hours): [object, string] => [
    { channel: { additional_attributes: { agent_reply_time_window: hours } } },
    'channel.additional_attributes.agent_reply_time_window',
  ]),
])('%j is refused and names %s', async (json, attribute) => {
  expect(await patch(json)).toMatchObject({ status: 422, body: { attributes: [attribute], code: 'request.invalid' }, commands: [] })
})

test('a text of 10 000 characters is taken, and no longer one', async () => {
  const texts = [10_000, 10_001].map((length) => ({ out_of_office_message: 'x'.repeat(length) }))
  expect(await Promise.all(texts.map(async (json) => (await patch(json)).status))).toEqual([200, 422])
})

test('agents change no inbox, and a refused change says why', async () => {
  expect(await patch({ name: 'x' }, { token: 'agent-token' })).toMatchObject({ status: 403, commands: [] })
  const refused = await patch({ timezone: 'Mars' }, {}, err({ code: 'inbox.time_zone_unknown' }))
  expect(refused).toMatchObject({ status: 422, body: { attributes: ['timezone'] } })
})
