import { expect, test } from 'vitest'
import type { ConversationFilter, ConversationView, Queries } from '../../../src/application/ports/queries.ts'
import { hours } from '../../../src/domain/shared/instant.ts'
import { aConversation } from './samples.ts'
import { ask, createTestApp, now } from './support.ts'

const conversations = '/api/v1/accounts/1/conversations'

const holding = (conversation: ConversationView): Partial<Queries> => ({
  conversation: async (accountId, displayId) => (accountId === 1 && displayId === 7 ? conversation : undefined),
})

const show = async (change: Partial<ConversationView> = {}) =>
  (await ask(createTestApp({ queries: holding({ ...aConversation, ...change }) }), `${conversations}/7`)).body

test('a conversation as Chatwoot shows it, and what we add', async () => {
  const body = await show()
  expect(body).toMatchObject({
    id: 7,
    uuid: aConversation.uuid,
    account_id: 1,
    inbox_id: 5,
    status: 'open',
    priority: null,
    labels: [],
    muted: false,
    unread_count: 1,
    can_reply: true,
    reply_window: { state: 'open', closes_at: (now + hours(22)) / 1000 },
    contact_inbox: { id: 80, source_id: '9007199254740993' },
    created_at: (now - hours(2)) / 1000,
    updated_at: (now - 1500) / 1000,
    timestamp: Math.floor((now - 1500) / 1000),
    waiting_since: (now - hours(2)) / 1000,
    agent_last_seen_at: 0,
    assignee_last_seen_at: 0,
    contact_last_seen_at: 0,
    first_reply_created_at: 0,
    snoozed_until: null,
    meta: { sender: { id: 8, name: 'Ida Wren' }, channel: 'Channel::Instagram', hmac_verified: false },
  })
  expect(body.meta).not.toHaveProperty('assignee')
  expect(body.messages).toMatchObject([
    { id: 300, conversation_id: 7, conversation: { unread_count: 1, contact_inbox: { source_id: '9007199254740993' } } },
  ])
  expect(body.last_non_activity_message).toEqual(body.messages[0])
})

test.each([
  [hours(25), 'human_agent', true, now - hours(25) + hours(168)],
  [hours(169), 'closed', false, now - hours(169) + hours(168)],
] as const)('%i ms after the customer wrote the window is %s', async (age, state, can_reply, closesAt) => {
  const body = await show({ lastIncomingAt: now - age })
  expect(body).toMatchObject({ can_reply, reply_window: { state, closes_at: closesAt / 1000 } })
})

test('without a message of the customer the window is closed; a channel without one has none', async () => {
  expect(await show({ lastIncomingAt: null })).toMatchObject({ can_reply: false, reply_window: { state: 'closed', closes_at: null } })
  expect(await show({ channel: 'api' })).toMatchObject({ can_reply: true, reply_window: { state: 'none', closes_at: null } })
})

test('an empty conversation, and one that is assigned', async () => {
  expect(await show({ lastMessage: null })).toMatchObject({ messages: [], last_non_activity_message: null })
  const assignee = { id: 10, name: 'Ada', email: 'ada@dove.test' }
  expect((await show({ assignee })).meta).toMatchObject({ assignee: { ...assignee, type: 'user' }, assignee_type: 'User' })
})

test.each(['8', 'x', '0', '1.5'])('conversation %s is not there', async (id) => {
  expect((await ask(createTestApp({ queries: holding(aConversation) }), `${conversations}/${id}`)).status).toBe(404)
})

const list = async (query: string) => {
  const filters: ConversationFilter[] = []
  const test = createTestApp({
    queries: {
      conversations: async (accountId, filter, me) => {
        filters.push(filter)
        expect([accountId, me]).toEqual([1, 10])
        return { counts: { mine: 1, assigned: 2, unassigned: 3, all: 5 }, page: [aConversation] }
      },
    },
  })
  return { ...(await ask(test, `${conversations}?${query}`)), filters }
}

test.each([
  ['', { status: 'open', assignee: { type: 'all' }, page: 1 }],
  [
    'status=all&assignee_type=me&inbox_id=5&source_id=9007199254740993&page=2',
    { status: 'all', assignee: { type: 'me', userId: 10 }, inboxId: 5, sourceId: '9007199254740993', page: 2 },
  ],
  ['status=snoozed&assignee_type=unassigned&inbox_id=&source_id=', { status: 'snoozed', assignee: { type: 'unassigned' }, page: 1 }],
])('the list with "%s"', async (query, filter) => {
  const { body, filters } = await list(query)
  expect(filters).toEqual([filter])
  expect(body.data.meta).toEqual({ mine_count: 1, assigned_count: 2, unassigned_count: 3, all_count: 5 })
  expect(body.data.payload).toMatchObject([{ id: 7 }])
})

test.each(['status', 'assignee_type', 'inbox_id', 'page'])('the list names a wrong %s', async (name) => {
  expect(await list(`${name}=none`)).toMatchObject({ status: 422, body: { attributes: [name], message: expect.stringContaining(name) } })
})
