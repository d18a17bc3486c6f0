import { describe, expect, test } from 'vitest'
import { freshPostgresUrl, testServers } from '../support/databases.ts'
import {
  connect,
  connectedBusiness,
  eventually,
  fetchOurs,
  listConversations,
  listInboxes,
  listMessages,
  readInbox,
  startSystem,
} from '../support/system.ts'

const databases = [
  { name: 'embedded', open: async () => ({ url: undefined, async [Symbol.asyncDispose]() {} }) },
  ...testServers().map((name) => ({ name, open: () => freshPostgresUrl(name) })),
]

const start = (url: string | undefined) => startSystem(url === undefined ? {} : { databaseUrl: url })

describe.each(databases)('the main job on $name', ({ open }) => {
  test('connect, receive, reply, echo, read', async () => {
    await using database = await open()
    await using system = await start(database.url)
    const { instagram, api } = system

    const business = await instagram.createBusiness({ username: 'test.shop' })
    const page = await connect(system, business.user_id)
    expect(page).toMatch(/\/app\/accounts\/\d+\/settings\/inboxes\/new\/\d+\/agents$/)
    expect((await fetch(new URL(page, system.url))).status).toBe(200)
    const inbox = await readInbox(system, business.user_id)
    expect(inbox).toMatchObject({
      instagram_id: business.user_id,
      name: 'test.shop',
      connection: { state: 'connected', webhooks_subscribed: true },
    })

    const customer = await instagram.createCustomer(business.user_id, { username: 'sam.reads', name: 'Sam Reader' })
    const first = await instagram.write(customer.igsid, { text: 'Grüße 👋 – is it open?' })
    const picture = `${system.instagramUrl}/media/sample.png`
    await instagram.write(customer.igsid, { attachments: [{ type: 'image', url: picture }] })
    const conversation = await eventually(async () => (await listConversations(system)).find((c) => c.meta.sender.name === 'Sam Reader'))
    expect(conversation).toMatchObject({
      status: 'open',
      can_reply: true,
      reply_window: { state: 'open' },
      contact_inbox: { source_id: customer.igsid },
    })
    expect(conversation.meta.sender.additional_attributes).toMatchObject({ social_instagram_user_name: 'sam.reads' })
    const received = await eventually(
      async () => (await listMessages(system, conversation.id)).length === 2 && listMessages(system, conversation.id),
    )
    expect(received[0]).toMatchObject({
      content: 'Grüße 👋 – is it open?',
      message_type: 0,
      source_id: first.mid,
      created_at: Math.floor(first.timestamp / 1000),
    })
    const stored = await eventually(async () => {
      const attachment = (await listMessages(system, conversation.id))[1]?.attachments?.[0]
      return attachment?.media_state === 'stored' && attachment
    }, 'storing the picture')
    expect(stored).toMatchObject({ file_type: 'image', content_type: 'image/png', extension: 'png' })
    expect(await (await fetchOurs(system, stored.data_url)).bytes()).toEqual(await (await fetch(picture)).bytes())

    const path = `/conversations/${conversation.id}/messages`
    const sent = await api<{ id: number; status: string }>('POST', path, { content: 'Until six.' })
    expect(sent.status).toBe('sent')
    const accepted = await eventually(async () =>
      (await listMessages(system, conversation.id)).find((m) => m.id === sent.id && m.delivery.state === 'accepted'),
    )
    const [atProvider] = (await instagram.messages(customer.igsid)).filter((m) => m.text === 'Until six.')
    expect(accepted.source_id).toBe(atProvider?.mid)
    await instagram.idle()

    const native = await instagram.writeAsBusiness(customer.igsid, { text: 'Typed in the app' })
    const typed = await eventually(async () => (await listMessages(system, conversation.id)).find((m) => m.source_id === native.mid))
    expect(typed).toMatchObject({ message_type: 1, content_attributes: { external_echo: true } })
    expect((await listMessages(system, conversation.id)).filter((m) => m.content === 'Until six.')).toHaveLength(1)

    await instagram.see(customer.igsid, native.mid)
    await eventually(async () =>
      (await listMessages(system, conversation.id)).filter((m) => m.message_type === 1).every((m) => m.status === 'read'),
    )
    const incoming = (await listMessages(system, conversation.id)).filter((m) => m.message_type === 0)
    expect(incoming.map((m) => m.status)).toEqual(['sent', 'sent'])
    expect((await listInboxes(system))[0]?.connection.last_event_at).not.toBeNull()
  })
})

describe('a receipt', () => {
  test('marks that message and everything before it that did not fail', async () => {
    await using database = await freshPostgresUrl()
    await using system = await start(database.url)
    const { customer } = await connectedBusiness(system)
    const { instagram, api } = system
    await instagram.write(customer.igsid, { text: 'hello' })
    const conversation = await eventually(async () => (await listConversations(system))[0])
    const send = async (content: string, end: string) => {
      const { id } = await api<{ id: number }>('POST', `/conversations/${conversation.id}/messages`, { content })
      return eventually(async () => (await listMessages(system, conversation.id)).find((m) => m.id === id && m.delivery.state === end))
    }
    await send('one', 'accepted')
    await instagram.addFault({
      match: { host: 'graph', path: '/messages$', method: 'POST' },
      times: 1,
      do: { status: 400, body: { error: { message: 'no', type: 'OAuthException', code: 551 } } },
    })
    const refused = await send('two', 'refused')
    expect(refused).toMatchObject({ status: 'failed', delivery: { error: { code: 'message.rejected', class: 'recipient' } } })
    const third = await send('three', 'accepted')
    await send('four', 'accepted')
    await instagram.see(customer.igsid, third.source_id ?? '')
    const statuses = await eventually(async () => {
      const outgoing = (await listMessages(system, conversation.id)).filter((m) => m.message_type === 1)
      return outgoing.some((m) => m.status === 'read') && outgoing.map((m) => [m.content, m.status])
    })
    expect(statuses).toEqual([
      ['one', 'read'],
      ['two', 'failed'],
      ['three', 'read'],
      ['four', 'sent'],
    ])
  })
})
