import { expect, test } from 'vitest'
import { capabilitiesJson } from '../../../src/adapters/http/views/capabilities.ts'
import type { InboxView } from '../../../src/application/ports/queries.ts'
import { instagramLimits } from '../../../src/channels/instagram/limits.ts'
import { hours } from '../../../src/domain/shared/instant.ts'
import { aBridge, anInbox, holding } from './samples.ts'
import { ask, base, createTestApp, instagram, now } from './support.ts'

const inboxes = '/api/v1/accounts/1/inboxes'

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
