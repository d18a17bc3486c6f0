import { expect, test } from 'vitest'
import type { InboxView, Queries } from '../../../src/application/ports/queries.ts'
import { hours } from '../../../src/domain/shared/instant.ts'
import { anInbox } from './samples.ts'
import { ask, base, createTestApp, now } from './support.ts'

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

test('an inbox without a provider has no connection', async () => {
  const { body } = await ask(createTestApp({ queries: holding({ ...anInbox, channel: 'api', connection: null }) }), `${inboxes}/5`)
  expect(body).toMatchObject({ channel_type: 'Channel::api', callback_webhook_url: null })
  expect(Object.keys(body)).not.toContain('connection')
})

test.each(['6', 'x', '0', '9007199254740992'])('inbox %s is not there', async (id) => {
  expect((await ask(createTestApp({ queries: holding(anInbox) }), `${inboxes}/${id}`)).status).toBe(404)
})
