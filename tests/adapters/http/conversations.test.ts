import { expect, test } from 'vitest'
import type { StartConversation, StartConversationCommand } from '../../../src/application/conversations/start-conversation.ts'
import type { ConversationFilter, ConversationView, Queries } from '../../../src/application/ports/queries.ts'
import { hours } from '../../../src/domain/shared/instant.ts'
import { err, ok } from '../../../src/domain/shared/result.ts'
import { aConversation } from './samples.ts'
import { ask, createTestApp, now } from './support.ts'

const conversations = '/api/v1/accounts/1/conversations'

const holding = (conversation: ConversationView): Partial<Queries> => ({
  conversation: async (accountId, displayId) => (accountId === 1 && displayId === 7 ? conversation : undefined),
})

const show = async (change: Partial<ConversationView> = {}) =>
  (await ask(createTestApp({ queries: holding({ ...aConversation, ...change }) }), `${conversations}/7`)).body

test('an inbox with hours of its own for answers has another window than its channel', async () => {
  const closes_at = (aConversation.lastIncomingAt! + hours(1)) / 1000
  expect(await show({ replyHours: 1 })).toMatchObject({ can_reply: false, reply_window: { state: 'closed', closes_at } })
})

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

const start = async (json: object, answer: Awaited<ReturnType<StartConversation>> = ok(7)) => {
  const commands: StartConversationCommand[] = []
  const startConversation: StartConversation = async (command) => {
    commands.push(command)
    return answer
  }
  const test = createTestApp({ useCases: { startConversation }, queries: holding(aConversation) })
  return { ...(await ask(test, conversations, { json })), commands }
}

const nothing: StartConversationCommand = {
  ...{ accountId: 1, sourceId: undefined, inboxId: undefined, contactId: undefined, status: undefined },
  ...{ additionalAttributes: {}, customAttributes: {}, message: undefined },
}

test('a conversation is started, with its first message where there is one', async () => {
  const { status, body, commands } = await start({ source_id: 's' })
  expect([status, body.id, body.account_id, body.inbox_id]).toEqual([200, 7, 1, 5])
  expect(commands).toEqual([{ ...nothing, sourceId: 's' }])
  const where = { inbox_id: '5', contact_id: 8, status: 'pending', custom_attributes: { a: 1 } }
  expect((await start({ ...where, message: { content: 'Hi.', private: true } })).commands).toEqual([
    {
      ...{ ...nothing, inboxId: 5, contactId: 8, status: 'pending', customAttributes: { a: 1 } },
      message: { type: 'outgoing', content: 'Hi.', private: true, contentAttributes: {}, author: { kind: 'user', id: 10 } },
    },
  ])
  const { commands: incoming } = await start({ source_id: 's', message: { content: 'Hi?', message_type: 'incoming' } })
  expect(incoming[0]?.message).toEqual({ type: 'incoming', content: 'Hi?', contentAttributes: {} })
})

test.each([
  [{ source_id: 's', status: 'asleep' }, 'status'],
  [{ source_id: 's', message: {} }, 'message.content'],
  [{ source_id: 's', inbox_id: -1 }, 'inbox_id'],
])('%j starts nothing and names %s', async (json, attribute) => {
  expect(await start(json)).toMatchObject({ status: 422, body: { attributes: [attribute] }, commands: [] })
})

test.each([
  ['conversation.nobody_named', 422],
  ['conversation.not_startable', 422],
  ['contact.unknown', 404],
  ['inbox.unknown', 404],
  ['message.empty', 422],
] as const)('%s is told', async (code, status) => {
  expect(await start({}, err({ code }))).toMatchObject({ status, body: { code } })
})
