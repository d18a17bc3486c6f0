import { expect, test } from 'vitest'
import { createWebhookBodies } from '../../../src/adapters/http/views/webhook-event.ts'
import type { ConversationEvent } from '../../../src/application/events.ts'
import type { InboxView, Queries } from '../../../src/application/ports/queries.ts'
import type { WebhookDeliveryView } from '../../../src/application/ports/webhook-records.ts'
import type { RedeliverWebhooks } from '../../../src/application/webhooks/redeliver-webhooks.ts'
import { api } from '../../../src/channels/api/index.ts'
import { aBridge, aContact, aConversation, aMessage } from './samples.ts'
import { type Asked, ask, base, createTestApp, now } from './support.ts'

const goneBridge: InboxView = { ...aBridge, id: 5, webhookGoneAt: now - 500 }
const path = '/api/v1/accounts/1/inboxes/5'
const boss: Asked = { token: 'boss-token' }

const delivery: WebhookDeliveryView = {
  id: '0197a000-0000-7000-8000-000000000001',
  event: 'message_created',
  at: now,
  conversationDisplayId: 7,
  messageId: 300,
  state: 'pending',
  attempts: 2,
  dueAt: now + 5000,
  attemptedAt: now,
  deliveredAt: null,
  lastStatus: 500,
  lastError: 'The webhook address of the inbox answered 500.',
}

const withBridge = (more: Parameters<typeof createTestApp>[0] = {}) =>
  createTestApp({
    ...more,
    queries: { inbox: async (_, id) => (id === 5 ? goneBridge : undefined), webhookDeliveries: async () => [delivery], ...more.queries },
  })

test.each([boss, {}])('everybody sees that the address of a bridge is gone', async (asked) => {
  expect((await ask(withBridge(), path, asked)).body).toMatchObject({ webhook_disabled_at: Math.floor((now - 500) / 1000) })
})

test('the log of what was told is for administrators', async () => {
  const asked: unknown[] = []
  const webhookDeliveries: Queries['webhookDeliveries'] = async (...all) => {
    asked.push(all)
    return [delivery]
  }
  const test = withBridge({ queries: { webhookDeliveries } })
  const { body } = await ask(test, `${path}/webhook_deliveries?state=pending&page=2`, boss)
  expect(body).toEqual({
    meta: { current_page: 2 },
    payload: [
      {
        ...{ id: delivery.id, event: 'message_created', conversation_id: 7, message_id: 300, state: 'pending', attempts: 2 },
        ...{ created_at: now / 1000, next_attempt_at: (now + 5000) / 1000, last_attempt_at: now / 1000, delivered_at: null },
        ...{ last_status: 500, last_error: delivery.lastError },
      },
    ],
  })
  expect(asked).toEqual([[1, 5, { state: 'pending', page: 2 }]])
  expect((await ask(test, `${path}/webhook_deliveries`)).status).toBe(403)
  expect((await ask(test, '/api/v1/accounts/1/inboxes/6/webhook_deliveries', boss)).status).toBe(404)
  expect((await ask(test, `${path}/webhook_deliveries?state=lost`, boss)).status).toBe(422)
})

test('telling again names what is meant', async () => {
  const commands: unknown[] = []
  const redeliverWebhooks: RedeliverWebhooks = async (command) => commands.push(command)
  const test = withBridge({ useCases: { redeliverWebhooks } })
  const redeliver = (body: object, asked = boss) => ask(test, `${path}/webhook_deliveries/redeliver`, { ...asked, json: body })
  expect((await redeliver({ ids: [delivery.id] })).body).toEqual({ redelivered: 1 })
  await redeliver({ state: 'failed', since: '2026-05-01T12:00:00Z', until: '1777636800' })
  const inbox = { accountId: 1, inboxId: 5 }
  expect(commands).toEqual([
    { ...inbox, which: { ids: [delivery.id] } },
    { ...inbox, which: { state: 'failed', since: now, until: 1_777_636_800_000 } },
  ])
  for (const body of [{}, { ids: [] }, { ids: ['7'] }, { state: 'pending' }, { since: 'soon' }])
    expect((await redeliver(body)).status).toBe(422)
  expect((await redeliver({ ids: [delivery.id] }, {})).status).toBe(403)
  expect(commands).toHaveLength(2)
})

test('events have Chatwoot’s keys, from the same views as the API', async () => {
  const bridge = api.create({ settings: { read: async () => new Map() }, mac: { verifySha256: () => false }, clock: { now: () => now } })
  const mediaLinks = { sign: async ({ id }: { readonly id: number }) => `${base}/media/${id}`, verify: async () => true }
  const bodies = createWebhookBodies({ channels: new Map([[bridge.kind, bridge]]), mediaLinks })
  const incoming = {
    ...aMessage,
    type: 'incoming' as const,
    content: 'one\\\ntwo\n\n',
    sender: { kind: 'contact' as const, id: aContact.id, name: aContact.name, email: null, avatarId: aContact.avatarId },
  }
  const contactInbox = { ...aConversation.contactInbox, isProven: true }
  const conversation = { ...aConversation, contactInbox, channel: 'api', lastMessage: incoming }
  const scene = { account: { id: 1, name: 'Shop' }, inbox: { id: 5, name: 'Bridge' }, conversation }
  const render = async (event: ConversationEvent) => JSON.parse(await bodies.render(event))
  const about = { accountId: 1, at: now }

  const created = await render({ ...about, name: 'message_created', payload: { ...scene, message: incoming } })
  expect(created).toMatchObject({
    ...{ event: 'message_created', id: 300, content: 'one\ntwo', message_type: 'incoming', private: false, status: 'sent' },
    ...{ created_at: new Date(incoming.createdAt).toISOString(), delivery: { state: 'queued' }, source_id: null },
    ...{ account: scene.account, inbox: scene.inbox, additional_attributes: conversation.additionalAttributes },
    sender: { id: 8, name: 'Ida Wren', type: 'contact', avatar: `${base}/media/44`, thumbnail: `${base}/media/44`, account: scene.account },
    conversation: {
      ...{ id: 7, status: 'open', channel: 'Channel::Api', can_reply: true, account: scene.account, inbox_id: 5 },
      contact_inbox: { id: 80, contact_id: 8, inbox_id: 5, source_id: '9007199254740993', hmac_verified: true },
      meta: { sender: { id: 8 } },
      messages: [{ id: 300 }],
    },
  })
  const agent = await render({ ...about, name: 'message_updated', payload: { ...scene, message: aMessage } })
  expect(agent.sender).toEqual({ id: 10, name: 'Ada', email: 'ada@dove.test', type: 'user' })
  const changed_attributes = [{ status: { previous_value: 'resolved', current_value: 'open' } }]
  expect(await render({ ...about, name: 'conversation_status_changed', payload: { ...scene, changed_attributes } })).toMatchObject({
    ...{ event: 'conversation_status_changed', id: 7, changed_attributes },
  })
  expect(await render({ ...about, name: 'conversation_created', payload: scene })).toMatchObject({ event: 'conversation_created', id: 7 })
})
