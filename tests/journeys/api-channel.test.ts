import { describe, expect, test } from 'vitest'
import { freshPostgresUrl } from '../support/databases.ts'
import {
  type ConversationJson,
  connectedBusiness,
  eventually,
  listConversations,
  type MessageJson,
  type System,
  startSystem,
} from '../support/system.ts'

const databases = [
  { name: 'embedded', open: async () => ({ url: undefined, async [Symbol.asyncDispose]() {} }) },
  { name: 'postgres18', open: () => freshPostgresUrl() },
]

/** What a bridge does: calls, and looks at the status of each answer. */
const bridgeOf = ({ url, tenant }: System) => {
  return async <Json>(method: string, path: string, body?: object) => {
    const answer = await fetch(`${url}/api/v1/accounts/${tenant.accountId}${path}`, {
      method,
      headers: { api_access_token: tenant.token, 'content-type': 'application/json' },
      body: body === undefined ? null : JSON.stringify(body),
    })
    const json: Json & { readonly code?: string } = await answer.json()
    return { status: answer.status, json }
  }
}

interface Created {
  readonly payload: { readonly contact: { readonly id: number }; readonly contact_inbox: { readonly source_id: string } }
}

describe.each(databases)('the API channel on $name', ({ open }) => {
  test('people, conversations, messages both ways, and what became of them', async () => {
    await using database = await open()
    await using system = await startSystem(database.url === undefined ? {} : { databaseUrl: database.url })
    const call = bridgeOf(system)

    const channel = { type: 'api', webhook_url: 'https://bridge.example.com/in' }
    const { json: inbox } = await call<{ id: number }>('POST', '/inboxes', { name: 'Our app', channel })
    expect(inbox).toMatchObject({ channel_type: 'Channel::Api', webhook_url: channel.webhook_url, inbox_identifier: expect.any(String) })
    expect(await call('GET', `/inboxes/${inbox.id}`)).toEqual({ status: 200, json: inbox })
    expect(await call('POST', '/inboxes', { name: 'Mail', channel: { type: 'email' } })).toMatchObject({ status: 422 })

    const mia = { inbox_id: inbox.id, name: 'Mia', email: 'mia@shop.example', phone_number: '+4930123456', identifier: 'user-77' }
    const { json: created } = await call<Created>('POST', '/contacts', mia)
    expect(created.payload.contact).toMatchObject({ name: 'Mia', contact_inboxes: [created.payload.contact_inbox] })
    for (const key of ['email', 'phone_number', 'identifier'] as const)
      expect(await call('POST', '/contacts', { name: 'Again', [key]: mia[key] })).toMatchObject({
        status: 422,
        json: { attributes: [key] },
      })

    const { source_id } = created.payload.contact_inbox
    const started = await call<ConversationJson>('POST', '/conversations', {
      source_id,
      inbox_id: inbox.id,
      custom_attributes: { order: 7 },
    })
    expect(started).toMatchObject({ status: 200, json: { status: 'open', can_reply: true, custom_attributes: { order: 7 } } })
    expect(started.json.reply_window).toEqual({ state: 'none', closes_at: null })
    const messages = `/conversations/${started.json.id}/messages`

    const incoming = await call<MessageJson>('POST', messages, { content: 'Open?', message_type: 'incoming' })
    expect(incoming.json).toMatchObject({ message_type: 0, sender_type: 'Contact', sender: { name: 'Mia' } })
    const [listed] = await listConversations(system)
    expect(listed).toMatchObject({ id: started.json.id, unread_count: 1, waiting_since: incoming.json.created_at })

    const sent = await call<MessageJson>('POST', messages, { content: 'Until six.' })
    expect(sent.json).toMatchObject({ status: 'sent', delivery: { state: 'accepted' } })
    const report = (body: object, id = sent.json.id) => call<MessageJson>('PATCH', `${messages}/${id}`, body)
    expect((await report({ status: 'failed', external_error: 'Unknown number.' })).json).toMatchObject({
      status: 'failed',
      content_attributes: { external_error: 'Unknown number.' },
    })
    expect((await call<MessageJson>('PUT', `${messages}/${sent.json.id}`, { status: 'read' })).json.status).toBe('read')
    const lower = await report({ status: 'delivered' })
    expect([lower.status, lower.json.status, lower.json.content_attributes]).toEqual([200, 'read', {}])
    for (const body of [{}, { status: 'seen' }]) expect((await report(body)).status).toBe(422)
    expect((await report({ status: 'read' }, 987_654)).status).toBe(404)
  })

  test('what a provider says of its own inboxes nobody else says', async () => {
    await using database = await open()
    await using system = await startSystem(database.url === undefined ? {} : { databaseUrl: database.url })
    const { customer, inbox } = await connectedBusiness(system)
    await system.instagram.write(customer.igsid, { text: 'Open?' })
    const conversation = await eventually(async () => (await listConversations(system))[0])
    const call = bridgeOf(system)
    const messages = `/conversations/${conversation.id}/messages`
    const code = async (method: string, path: string, body: object) => {
      const { status, json } = await call(method, path, body)
      return [status, json.code]
    }
    expect(await code('POST', messages, { content: 'x', message_type: 'incoming' })).toEqual([422, 'message.incoming_not_allowed'])
    expect(await code('PATCH', `${messages}/1`, { status: 'read' })).toEqual([403, 'message.status_not_reportable'])
    expect(await code('POST', '/contacts', { inbox_id: inbox.id, name: 'x' })).toEqual([422, 'inbox.contacts_not_creatable'])
    expect(await code('POST', '/conversations', { source_id: customer.igsid })).toEqual([422, 'conversation.not_startable'])
  })
})
