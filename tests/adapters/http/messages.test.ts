import { expect, test } from 'vitest'
import type { MessageRange, MessageView } from '../../../src/application/ports/queries.ts'
import { aConversation, aMessage } from './samples.ts'
import { ask, createTestApp, now } from './support.ts'

const messages = '/api/v1/accounts/1/conversations/7/messages'

const list = async (query = '', shown: readonly MessageView[] = [aMessage]) => {
  const ranges: MessageRange[] = []
  const test = createTestApp({
    queries: {
      thread: async (accountId, displayId, range) => {
        ranges.push(range)
        return accountId === 1 && displayId === 7 ? { conversation: aConversation, messages: shown } : undefined
      },
    },
  })
  return { ...(await ask(test, messages + query)), ranges }
}

const one = async (change: Partial<MessageView>) => (await list('', [{ ...aMessage, ...change }])).body.payload[0]

test('the messages of a conversation, with who it is with', async () => {
  const { body } = await list()
  expect(body.payload).toEqual([
    {
      id: 300,
      content: 'Three kinds.',
      account_id: 1,
      inbox_id: 5,
      conversation_id: 7,
      message_type: 1,
      content_type: 'text',
      content_attributes: {},
      status: 'sent',
      delivery: { state: 'queued', parts: [{ position: 0, kind: 'text', external_id: null, state: 'queued' }] },
      private: false,
      source_id: null,
      created_at: Math.floor((now - 1500) / 1000),
      author: 'user',
      sender_type: 'User',
      sender_id: 10,
      sender: expect.objectContaining({ id: 10, name: 'Ada', type: 'user', thumbnail: '' }),
    },
  ])
  expect(body.meta).toMatchObject({ labels: [], contact: { id: 8, email: null, payload: [{ id: 8 }] }, agent_last_seen_at: null })
  expect(Object.values(body.meta.contact.payload[0])).not.toContain(null)
})

test.each([
  ['', {}],
  ['?before=300', { before: 300 }],
  ['?after=300&before=', { after: 300 }],
  ['?after=1&before=9007199254740991', { after: 1, before: 9007199254740991 }],
])('the range of "%s"', async (query, range) => {
  expect((await list(query)).ranges).toEqual([range])
})

test.each([
  ['?before=x', 'before'],
  ['?after=0', 'after'],
  ['?after=9007199254740992', 'after'],
])('%s is refused by name', async (query, attribute) => {
  expect(await list(query)).toMatchObject({ status: 422, body: { attributes: [attribute] } })
})

test.each(['incoming', 'outgoing', 'activity', 'template'] as const)('%s has its number', async (type) => {
  expect((await one({ type })).message_type).toBe({ incoming: 0, outgoing: 1, activity: 2, template: 3 }[type])
})

test('what failed says why, in delivery and where Chatwoot looks', async () => {
  const error = {
    code: 'message.rejected',
    class: 'window',
    message: 'Too late.',
    providerCode: '10',
    providerSubcode: '2534022',
    providerTraceId: 'Trace1',
    retryable: false,
  }
  const parts = [
    { position: 0, kind: 'text', externalId: 'mid-1', state: 'accepted' },
    { position: 1, kind: 'text', externalId: null, state: 'refused' },
  ] as const
  expect(await one({ status: 'failed', error, parts, contentAttributes: { in_reply_to: 3 } })).toMatchObject({
    status: 'failed',
    source_id: 'mid-1',
    content_attributes: { in_reply_to: 3, external_error: 'Too late.' },
    delivery: {
      state: 'refused',
      error: {
        code: 'message.rejected',
        class: 'window',
        message: 'Too late.',
        provider_code: '10',
        provider_subcode: '2534022',
        provider_trace_id: 'Trace1',
        retryable: false,
      },
      parts: [{ external_id: 'mid-1' }, { external_id: null, state: 'refused' }],
    },
  })
})

test('what came in: who wrote it and what hangs on it', async () => {
  const received = await one({
    type: 'incoming',
    author: 'contact',
    content: null,
    sender: { kind: 'contact', id: 8, name: 'Ida Wren', email: null, avatarId: 44 },
    parts: [{ position: 0, kind: 'attachment', externalId: 'mid-2', state: 'received' }],
    attachments: [
      {
        id: 4,
        messageId: 300,
        accountId: 1,
        fileType: 'image',
        externalUrl: 'https://cdn.test/4',
        title: null,
        mediaState: 'stored',
        contentType: 'image/jpeg',
        size: 5,
        meta: {},
      },
    ],
  })
  expect(received).toMatchObject({
    content: null,
    sender_type: 'Contact',
    sender: { id: 8, type: 'contact', thumbnail: expect.stringMatching(/^https:\/\/dove\.test\/media\/1\/avatars\/44\/[\w-]{22}$/) },
    delivery: { state: 'received' },
    attachments: [
      {
        ...{
          id: 4,
          message_id: 300,
          file_type: 'image',
          media_state: 'stored',
          content_type: 'image/jpeg',
          extension: 'jpg',
          file_size: 5,
        },
        data_url: expect.stringMatching(/^https:\/\/dove\.test\/media\/1\/attachments\/4\/[\w-]{22}$/),
      },
    ],
  })
})

test('a link that is no file of ours is shown as it is, where a browser may open it', async () => {
  const place = (externalUrl: string | null) => ({
    ...{ id: 4, messageId: 300, accountId: 1, fileType: 'fallback', title: 'A shop', mediaState: 'withheld', meta: {} },
    ...{ externalUrl, contentType: null, size: null },
  })
  const places = ['https://shop.test/a', 'javascript:alert(1)', null].map(place) as MessageView['attachments']
  const shown: { attachments: { data_url: string }[] } = await one({ attachments: places })
  expect(shown.attachments.map(({ data_url }) => data_url)).toEqual(['https://shop.test/a', '', ''])
})

test('what was typed in the provider app has no sender', async () => {
  const typed = await one({ author: 'native_app', sender: null })
  expect(typed).toMatchObject({ sender_type: null, sender_id: null })
  expect(typed).not.toHaveProperty('sender')
})

test("another account's conversation is not there, to read or to write", async () => {
  const elsewhere = messages.replace('accounts/1', 'accounts/2')
  expect((await ask(createTestApp(), elsewhere)).status).toBe(404)
  expect((await ask(createTestApp(), elsewhere, { json: { content: 'x' } })).status).toBe(404)
  const unknown = createTestApp({ queries: { thread: async () => undefined } })
  expect(await ask(unknown, messages)).toMatchObject({ status: 404, body: { code: 'conversation.unknown' } })
})

test('a profile is that of its token', async () => {
  const user = { id: 10, name: 'Ada', email: 'ada@dove.test', customAttributes: {} }
  const test = createTestApp({ queries: { user: async (id) => (id === 10 ? user : undefined) } })
  const { status, body } = await ask(test, '/api/v1/profile')
  expect([status, body.id, body.email]).toEqual([200, 10, 'ada@dove.test'])
  expect(body).not.toHaveProperty('access_token')
})
