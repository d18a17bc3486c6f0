import { describe, expect, test } from 'vitest'
import { createIds } from '#adapters/crypto/uuid-v7.ts'
import { openPostgres } from '#adapters/postgres/database.ts'
import { createUnitOfWork } from '#adapters/postgres/unit-of-work.ts'
import { webhookJob } from '#application/webhooks/webhook-job.ts'
import { newConversation } from '#domain/conversation/conversation.ts'
import { commit } from '../contracts/scenario.ts'
import { type BridgeServer, expectedSignatures, startBridgeServer, type Told } from '../support/bridge-server.ts'
import { freshPostgresUrl } from '../support/databases.ts'
import { type ConversationJson, eventually, type MessageJson, type System, startSystem } from '../support/system.ts'

const databases = [
  { name: 'embedded', open: async () => ({ url: undefined, async [Symbol.asyncDispose]() {} }) },
  { name: 'postgres18', open: () => freshPostgresUrl() },
]

interface InboxJson {
  readonly id: number
  readonly secret: string
  readonly webhook_url: string
  readonly webhook_disabled_at: number | null
}

interface DeliveryJson {
  readonly id: string
  readonly event: string
  readonly state: string
  readonly attempts: number
  readonly last_status: number | null
  readonly message_id: number | null
}

const open = async (system: System, { url }: Pick<BridgeServer, 'url'>) => {
  const { api } = system
  const inbox = await api<InboxJson>('POST', '/inboxes', { name: 'Our app', channel: { type: 'api', webhook_url: url } })
  const meet = async (name: string) => {
    const { payload } = await api<{ payload: { contact_inbox: { source_id: string } } }>('POST', '/contacts', { name, inbox_id: inbox.id })
    const { source_id } = payload.contact_inbox
    return { ...(await api<ConversationJson>('POST', '/conversations', { source_id, inbox_id: inbox.id })), source_id }
  }
  const write = (conversation: number, body: object) => api<MessageJson>('POST', `/conversations/${conversation}/messages`, body)
  const deliveries = async (query = '') =>
    (await api<{ payload: DeliveryJson[] }>('GET', `/inboxes/${inbox.id}/webhook_deliveries${query}`)).payload
  return { inbox, meet, write, deliveries }
}

const contentsOf = (told: readonly Told[]) => told.flatMap(({ json }) => (json.event === 'message_created' ? [json.content] : []))

const toldOf = (bridge: BridgeServer, fits: (told: Told) => boolean, what: string) => eventually(async () => bridge.told.find(fits), what)

describe.each(databases)('a bridge on $name', ({ open: openDatabase }) => {
  test('hears of answers, signed, reports what became of them, and never sees a note', async () => {
    await using database = await openDatabase()
    await using system = await startSystem(database.url === undefined ? {} : { databaseUrl: database.url })
    await using bridge = await startBridgeServer()
    const { inbox, meet, write } = await open(system, bridge)
    expect(inbox).toMatchObject({ secret: expect.stringMatching(/^whsec_/), webhook_disabled_at: null })
    const mia = await meet('Mia')
    await write(mia.id, { content: 'They owe us money.', private: true })
    const answer = await write(mia.id, { content: 'Until six.' })

    const told = await toldOf(bridge, ({ json }) => json.content === 'Until six.', 'the answer at the bridge')
    expect(told.json).toMatchObject({
      ...{
        event: 'message_created',
        id: answer.id,
        message_type: 'outgoing',
        status: 'sent',
        private: false,
        delivery: { state: 'accepted' },
      },
      ...{ account: { id: system.tenant.accountId, name: 'Test shop' }, inbox: { id: inbox.id, name: 'Our app' } },
      conversation: { id: mia.id, channel: 'Channel::Api', contact_inbox: { source_id: mia.source_id }, meta: { sender: { name: 'Mia' } } },
      sender: { type: 'user', name: 'Tess Tester' },
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    })
    for (const one of bridge.told) {
      expect(one.headers).toMatchObject({ 'content-type': 'application/json', ...expectedSignatures(inbox.secret, one) })
      expect(one.headers['x-chatwoot-delivery']).toBe(one.headers['webhook-id'])
    }

    await system.api('PATCH', `/conversations/${mia.id}/messages/${answer.id}`, { status: 'delivered' })
    const updated = await toldOf(bridge, ({ json }) => json.event === 'message_updated', 'the report, told again')
    expect(updated.json).toMatchObject({ id: answer.id, status: 'delivered' })
    const all = bridge.told.map(({ raw }) => raw.toString()).join()
    for (const secret of ['owe us', inbox.secret, system.tenant.token, 'pubsub', 'hmac_token']) expect(all).not.toContain(secret)
  })

  test('that fails hears the same again, in order; one that is gone hears nothing more until it is entered again', async () => {
    await using database = await openDatabase()
    await using system = await startSystem(database.url === undefined ? {} : { databaseUrl: database.url })
    let status = 200
    await using bridge = await startBridgeServer(() => ({ status, headers: { 'retry-after': '1' } }))
    const { inbox, meet, write, deliveries } = await open(system, bridge)
    const mia = await meet('Mia')
    await eventually(async () => bridge.told.length === 1, 'the conversation at the bridge')

    status = 500
    await write(mia.id, { content: 'one' })
    await write(mia.id, { content: 'two' })
    const first = await toldOf(bridge, ({ json }) => json.content === 'one', 'the first answer')
    status = 200
    await toldOf(bridge, ({ json }) => json.content === 'two', 'the second answer')
    expect(contentsOf(bridge.told)).toEqual(['one', 'one', 'two'])
    const [, again] = bridge.told.filter(({ json }) => json.content === 'one')
    expect(again?.headers['webhook-id']).toBe(first.headers['webhook-id'])
    expect(again?.raw).toEqual(first.raw)
    // The ladder says 5 s, the address 1 s: the later of both.
    expect((again?.at ?? 0) - first.at).toBeGreaterThan(4_000)
    expect(again?.headers['webhook-timestamp']).not.toBe(first.headers['webhook-timestamp'])
    for (const one of bridge.told) expect(one.headers).toMatchObject(expectedSignatures(inbox.secret, one))

    status = 410
    const lost = await write(mia.id, { content: 'three' })
    const list = () => system.api<{ payload: MessageJson[] }>('GET', `/conversations/${mia.id}/messages`)
    const failed = await eventually(
      async () => (await list()).payload.find(({ id, status }) => id === lost.id && status === 'failed'),
      'the failure of an answer that nobody took',
    )
    expect(failed.content_attributes.external_error).toContain('410')
    const shown = () => system.api<InboxJson>('GET', `/inboxes/${inbox.id}`)
    expect((await shown()).webhook_disabled_at).toEqual(expect.any(Number))
    await eventually(async () => (await deliveries('?state=pending')).length === 0, 'an end of what was on its way')
    expect(contentsOf(bridge.told)).toEqual(['one', 'one', 'two', 'three'])

    status = 200
    await system.api('PATCH', `/inboxes/${inbox.id}`, { channel: { webhook_url: bridge.url } })
    expect((await shown()).webhook_disabled_at).toBeNull()
    const [refused] = (await deliveries('?state=failed')).filter(
      ({ message_id, event }) => message_id === lost.id && event === 'message_created',
    )
    expect(refused).toMatchObject({ attempts: 1, last_status: 410 })
    const redeliver = (which: object) =>
      system.api<{ redelivered: number }>('POST', `/inboxes/${inbox.id}/webhook_deliveries/redeliver`, which)
    expect(await redeliver({ ids: [refused?.id] })).toEqual({ redelivered: 1 })
    await eventually(async () => contentsOf(bridge.told).length === 5, 'what was redelivered')
    expect(bridge.told.findLast(({ json }) => json.event === 'message_created')?.headers['webhook-id']).toBe(refused?.id)
    expect((await list()).payload.find(({ id }) => id === lost.id)?.status).toBe('sent')
  })
})

test('private addresses are called only where that is allowed', async () => {
  await using system = await startSystem({ env: { ALLOW_PRIVATE_NETWORK: 'false' } })
  await using bridge = await startBridgeServer()
  const { meet, write } = await open(system, bridge)
  const mia = await meet('Mia')
  const { id } = await write(mia.id, { content: 'Hello.' })
  const failed = await eventually(async () => {
    const { payload } = await system.api<{ payload: MessageJson[] }>('GET', `/conversations/${mia.id}/messages`)
    return payload.find((message) => message.id === id && message.status === 'failed')
  }, 'the failure of an answer for a private address')
  expect(failed.content_attributes.external_error).toContain('may not be called')
  expect(bridge.told).toEqual([])
})

/** Events in conversations of an inbox, all at once, `each` in one. */
const pile = async (
  databaseUrl: string,
  inbox: { readonly accountId: number; readonly inboxId: number },
  conversations: number,
  each: number,
): Promise<void> => {
  await using database = openPostgres({ url: databaseUrl, onError: () => {} })
  await commit(createUnitOfWork({ database, ids: createIds() }), async (tx) => {
    const at = Date.now()
    const wanted = Array.from({ length: conversations }, (_, n) => ({ ...inbox, sourceId: `person ${n}`, name: `Person ${n}`, at }))
    const people = await tx.contacts.ensure(wanted)
    const started = await tx.conversations.insert(
      people.map(({ id, contactId }) => ({
        ...newConversation(at, false),
        ...inbox,
        ...{ contactId, contactInboxId: id, uuid: crypto.randomUUID() },
      })),
    )
    const { accountId } = inbox
    const scenes = await tx.webhooks.scenes(started.map(({ id }) => ({ accountId, conversationId: id })))
    const events = scenes.flatMap((payload) => (payload ? [{ accountId, name: 'conversation_created' as const, payload, at }] : []))
    await tx.webhooks.add(Array.from({ length: each }, () => events).flat())
    await tx.jobs.enqueue([webhookJob(inbox)])
  })
}

test('an address that never answers, with a thousand events waiting for it, holds up no other inbox', async () => {
  await using postgres = await freshPostgresUrl()
  await using system = await startSystem({ databaseUrl: postgres.url })
  await using dead = await startBridgeServer(() => null)
  await using alive = await startBridgeServer()
  const { inbox: silent, deliveries } = await open(system, dead)
  const { meet, write } = await open(system, alive)
  const mia = await meet('Mia')
  await pile(postgres.url, { accountId: system.tenant.accountId, inboxId: silent.id }, 20, 50)
  await eventually(async () => dead.told.length >= 8, 'calls of the address that never answers')
  await write(mia.id, { content: 'Hello.' })
  await toldOf(alive, ({ json }) => json.content === 'Hello.', 'the answer at the other bridge')
  expect(dead.told.length).toBeLessThan(100)
  expect((await deliveries('?state=pending&page=36')).length).toBe(25)
})
