import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freshPostgresUrl } from '../support/databases.ts'
import {
  connect,
  connectedBusiness,
  eventually,
  listConversations,
  listInboxes,
  listMessages,
  type System,
  startSystem,
} from '../support/system.ts'

const hours = (n: number) => n * 3_600_000

describe('when something goes wrong', () => {
  const stack = new AsyncDisposableStack()
  let system: System

  beforeAll(async () => {
    const database = stack.use(await freshPostgresUrl())
    system = stack.use(await startSystem({ databaseUrl: database.url }))
  })
  afterAll(() => stack.disposeAsync())

  const conversationOf = (igsid: string) =>
    eventually(async () => (await listConversations(system)).find((c) => c.contact_inbox.source_id === igsid), 'the conversation')

  const written = async () => {
    const { business, customer, inbox } = await connectedBusiness(system)
    await system.instagram.write(customer.igsid, { text: 'hello' })
    const conversation = await conversationOf(customer.igsid)
    const send = (content: string) => system.api<{ id: number }>('POST', `/conversations/${conversation.id}/messages`, { content })
    const message = (id: number, state: string) =>
      eventually(async () => (await listMessages(system, conversation.id)).find((m) => m.id === id && m.delivery.state === state), state)
    return { business, customer, inbox, conversation, send, message }
  }

  test.each(['consent', 'noMatchingProfile', 'noSuchObject'] as const)('a profile that fails with %s costs no message', async (failure) => {
    const { business } = await connectedBusiness(system)
    const customer = await system.instagram.createCustomer(business.user_id, { profile_error: failure })
    await system.instagram.write(customer.igsid, { text: `written although ${failure}` })
    const conversation = await conversationOf(customer.igsid)
    expect(conversation.meta.sender.name).toBe(`Unknown (IG: ${customer.igsid})`)
    expect((await listMessages(system, conversation.id)).map((m) => m.content)).toEqual([`written although ${failure}`])
    await eventually(
      async () => (await system.instagram.requests({ host: 'graph', path: customer.igsid })).length > 0,
      'a look at the profile',
    )
    expect((await listInboxes(system)).find((i) => i.instagram_id === business.user_id)?.connection.state).toBe('connected')
  })

  test('an echo that comes before the answer is the same message', async () => {
    const { customer, conversation, send, message } = await written()
    await system.instagram.configure({ echo: 'before' })
    const { id } = await send('echoed first')
    await message(id, 'accepted')
    await system.instagram.idle()
    await system.instagram.configure({ echo: 'after' })
    expect((await system.instagram.messages(customer.igsid)).filter((m) => m.text === 'echoed first')).toHaveLength(1)
    expect((await listMessages(system, conversation.id)).filter((m) => m.content === 'echoed first')).toHaveLength(1)
  })

  test('a send whose answer is lost is settled by its echo, and never repeated', async () => {
    const { customer, conversation, send, message } = await written()
    await system.instagram.addFault({ match: { host: 'graph', path: '/messages$', method: 'POST' }, times: 1, do: { drop: 'after' } })
    const { id } = await send('answer lost')
    await message(id, 'accepted')
    expect((await system.instagram.messages(customer.igsid)).filter((m) => m.text === 'answer lost')).toHaveLength(1)
    expect((await listMessages(system, conversation.id)).filter((m) => m.content === 'answer lost')).toHaveLength(1)
  })

  test('a send whose answer and whose echo are lost is found in the conversation at Instagram, and never repeated', async () => {
    const { business, customer, conversation, send } = await written()
    const path = `${business.user_id}/messages$`
    await system.instagram.configure({ echo: 'none' })
    await system.instagram.addFault({ match: { host: 'graph', path, method: 'POST' }, times: 1, do: { drop: 'after' } })
    const { id } = await send('found again')
    const settled = await eventually(
      async () => (await listMessages(system, conversation.id)).find((m) => m.id === id && m.delivery.state === 'accepted'),
      'the look at the conversation',
    )
    await system.instagram.configure({ echo: 'after' })
    const there = (await system.instagram.messages(customer.igsid)).filter((m) => m.text === 'found again')
    expect(there.map(({ mid }) => mid)).toEqual([settled.source_id])
    await system.instagram.see(customer.igsid)
    await eventually(
      async () => (await listMessages(system, conversation.id)).some((m) => m.id === id && m.status === 'read'),
      'the receipt',
    )
  })

  test('a provider that is down is tried again', async () => {
    const { send, message } = await written()
    const down = { error: { message: 'try later', type: 'OAuthException', code: 2 } }
    await system.instagram.addFault({
      match: { host: 'graph', path: '/messages$', method: 'POST' },
      times: 1,
      do: { status: 503, body: down },
    })
    const { id } = await send('second try')
    expect(await message(id, 'accepted')).toMatchObject({ status: 'sent', delivery: { state: 'accepted' } })
  })

  test('an account that Instagram asks to slow down rests as long as it says; another account does not', async () => {
    const [slow, other] = [await written(), await written()]
    const path = `${slow.business.user_id}/messages`
    await system.instagram.addFault({
      match: { host: 'graph', path, method: 'POST' },
      times: 1,
      do: {
        status: 429,
        body: { error: { message: 'slow down', type: 'OAuthException', code: 613, fbtrace_id: 'Trace9' } },
        headers: { 'retry-after': '3' },
      },
    })
    const calls = async () => (await system.instagram.requests({ host: 'graph', path })).map(({ at }) => at)
    const { id } = await slow.send('in a while')
    const error = { code: 'message.delayed', provider_code: '613', provider_trace_id: 'Trace9' }
    await eventually(async () => (await calls()).length === 1)
    expect(await slow.message(id, 'queued')).toMatchObject({ status: 'sent', delivery: { error } })
    const second = await slow.send('behind it')
    await other.message((await other.send('at once')).id, 'accepted')
    expect(await calls()).toHaveLength(1)
    await slow.message(second.id, 'accepted')
    const [limited = 0, again = 0, behind = 0] = await calls()
    expect(again - limited).toBeGreaterThanOrEqual(3000)
    expect(behind).toBeGreaterThanOrEqual(again)
    expect(await slow.message(id, 'accepted')).not.toHaveProperty('delivery.error')
  })

  test('usage at the brink is obeyed although the call went well', async () => {
    const { business, send, message } = await written()
    const path = `${business.user_id}/messages`
    const usage = JSON.stringify({ [business.user_id]: [{ type: 'instagram', call_count: 100, estimated_time_to_regain_access: 60 }] })
    await system.instagram.addFault({
      match: { host: 'graph', path, method: 'POST' },
      times: 1,
      do: { headers: { 'x-business-use-case-usage': usage } },
    })
    await message((await send('the last')).id, 'accepted')
    const { id } = await send('in an hour')
    const waiting = await eventually(async () => {
      const found = await message(id, 'queued')
      return found.delivery.error !== undefined && found
    })
    expect(waiting).toMatchObject({ status: 'sent', delivery: { error: { code: 'message.delayed', class: 'rate_limited' } } })
    expect(await system.instagram.requests({ host: 'graph', path })).toHaveLength(1)
  })

  test('while Instagram is down answers are held, visibly, and leave in order when it is back', async () => {
    const shop = await written()
    const path = `${shop.business.user_id}/messages`
    const fault = await system.instagram.addFault({ match: { host: 'graph', path, method: 'POST' }, do: { drop: 'before' } })
    const others = await Promise.all(
      Array.from({ length: 5 }, async (_, n) => {
        const customer = await system.instagram.createCustomer(shop.business.user_id)
        await system.instagram.write(customer.igsid, { text: `hello ${n}` })
        return conversationOf(customer.igsid)
      }),
    )
    for (const { id } of others) {
      await system.api('POST', `/conversations/${id}/messages`, { content: 'lost or not' })
      await eventually(async () => (await listMessages(system, id)).some(({ delivery }) => delivery.state === 'uncertain'), 'the doubt')
    }
    const [first, second] = [await shop.send('one'), await shop.send('two')]
    expect(await shop.message(first.id, 'held')).toMatchObject({ status: 'sent', delivery: { error: { code: 'message.delayed' } } })
    await system.instagram.removeFault(fault.id)
    await shop.message(second.id, 'accepted')
    const sent = (await system.instagram.messages(shop.customer.igsid)).filter(({ origin }) => origin === 'api').map(({ text }) => text)
    expect(sent).toEqual(['one', 'two'])
  })

  test('a token that was revoked holds what is sent, keeps what comes in, and reconnecting sends it', async () => {
    const { business, customer, inbox, conversation, send, message } = await written()
    await system.instagram.revokeTokens(business.user_id)
    const { id } = await send('waits for you')
    // Where Instagram was down just now, it is held for that first.
    const asking = async () => (await listInboxes(system)).find((i) => i.id === inbox.id && i.reauthorization_required)
    expect(await eventually(asking, 'the inbox to ask for a person')).toMatchObject({ connection: { state: 'reauthorization_required' } })
    expect(await message(id, 'held')).toMatchObject({ status: 'sent' })
    await system.instagram.write(customer.igsid, { text: 'are you there?' })
    await eventually(async () => (await listMessages(system, conversation.id)).some((m) => m.content === 'are you there?'))

    expect(await connect(system, business.user_id)).toMatch(new RegExp(`/settings/inboxes/${inbox.id}$`))
    await message(id, 'accepted')
    expect((await listInboxes(system)).find((i) => i.id === inbox.id)).toMatchObject({ reauthorization_required: false })
  })

  test('a message that failed is sent again when a person says so, and only then', async () => {
    const { customer, conversation, send, message } = await written()
    const no = { error: { message: 'not now', type: 'OAuthException', code: 551 } }
    await system.instagram.addFault({
      match: { host: 'graph', path: '/messages$', method: 'POST' },
      times: 1,
      do: { status: 400, body: no },
    })
    const { id } = await send('please read')
    expect(await message(id, 'refused')).toMatchObject({ status: 'failed' })
    const path = `/conversations/${conversation.id}/messages/${id}/retry`
    expect(await system.api('POST', path)).toMatchObject({
      id,
      status: 'sent',
      delivery: { state: expect.stringMatching(/queued|sending|accepted/) },
    })
    expect(await message(id, 'accepted')).toMatchObject({ status: 'sent' })
    await expect(system.api('POST', path)).rejects.toMatchObject({ status: 422 })
    expect((await system.instagram.messages(customer.igsid)).filter((m) => m.text === 'please read')).toHaveLength(1)
  })

  test('after a day nobody is answered, and the refusal says until when it was possible', async () => {
    const { inbox, conversation, customer } = await written()
    const old = { sender: { id: '661000000000009' }, recipient: { id: inbox.instagram_id }, timestamp: Date.now() - hours(25) }
    const message = { mid: `aged-${customer.igsid}`, text: 'from yesterday' }
    await system.webhook({ object: 'instagram', entry: [{ id: inbox.instagram_id, time: Date.now(), messaging: [{ ...old, message }] }] })
    const aged = await conversationOf('661000000000009')
    expect(aged).toMatchObject({ can_reply: false, reply_window: { state: 'closed' } })
    await expect(system.api('POST', `/conversations/${aged.id}/messages`, { content: 'too late' })).rejects.toMatchObject({ status: 422 })
    expect((await conversationOf(customer.igsid)).id).toBe(conversation.id)
  })

  test('events of an account that nobody connected wait for it', async () => {
    const business = await system.instagram.createBusiness()
    const messaging = [
      {
        sender: { id: '772000000000001' },
        recipient: { id: business.user_id },
        timestamp: Date.now(),
        message: { mid: `early-${business.user_id}`, text: 'too early' },
      },
    ]
    expect((await system.webhook({ object: 'instagram', entry: [{ id: business.user_id, time: Date.now(), messaging }] })).status).toBe(200)
    const parked = () =>
      system.platform<{ payload: { reason: string; state: string }[] }>('GET', '/platform/api/v1/intake_events?state=parked')
    await eventually(async () => (await parked()).payload.some((event) => event.reason === 'inbox.unknown'))
    await connect(system, business.user_id)
    const conversation = await conversationOf('772000000000001')
    expect((await listMessages(system, conversation.id)).map((m) => m.content)).toEqual(['too early'])
  })
})
