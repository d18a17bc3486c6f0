import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createApi } from '../../src/cli/api.ts'
import { setUpTenant } from '../../src/cli/set-up.ts'
import { freshPostgresUrl } from '../support/databases.ts'
import { rowsOf } from '../support/execute.ts'
import {
  app,
  connect,
  connectedBusiness,
  eventually,
  type InboxJson,
  listConversations,
  listInboxes,
  listMessages,
  type System,
  startSystem,
} from '../support/system.ts'

const signedRequest = (payload: object, secret = app.secret): string => {
  const encoded = Buffer.from(JSON.stringify({ algorithm: 'HMAC-SHA256', ...payload })).toString('base64url')
  return `${createHmac('sha256', secret).update(encoded).digest('base64url')}.${encoded}`
}

describe('an account that leaves', () => {
  const stack = new AsyncDisposableStack()
  let system: System
  let databaseUrl: string

  beforeAll(async () => {
    const database = stack.use(await freshPostgresUrl())
    databaseUrl = database.url
    system = stack.use(await startSystem({ databaseUrl }))
    const base = `${system.url}/instagram`
    await system.instagram.configure({ deauthorize_url: `${base}/deauthorize`, data_deletion_url: `${base}/data_deletion` })
  })
  afterAll(() => stack.disposeAsync())

  const inbox = async (id: number): Promise<InboxJson | undefined> => (await listInboxes(system)).find((each) => each.id === id)
  const stored = async (question: string): Promise<number> => Number((await rowsOf(databaseUrl, question))[0]?.count)
  const tellings = (inboxId: number) =>
    stored(`select count(*) from business_events where name = 'inbox_updated' and (payload ->> 'inbox_id')::bigint = ${inboxId}`)
  const credentials = (inboxId: number) => stored(`select count(*) from credentials where inbox_id = ${inboxId}`)

  const written = async (text: string) => {
    const connected = await connectedBusiness(system)
    await system.instagram.write(connected.customer.igsid, { text })
    const conversation = await eventually(
      async () => (await listConversations(system)).find((each) => each.contact_inbox.source_id === connected.customer.igsid),
      'the conversation',
    )
    return { ...connected, conversation }
  }

  const post = (path: string, signed_request: string) =>
    fetch(`${system.url}/instagram/${path}`, { method: 'POST', body: new URLSearchParams({ signed_request }) })

  test('because its owner removed the app: no token is left, history is, and a repetition changes nothing', async () => {
    const { business, inbox: made, conversation } = await written('keep this')
    expect((await system.instagram.deauthorize(business.user_id)).status).toBe(200)
    expect(await inbox(made.id)).toMatchObject({ connection: { state: 'disconnected', webhooks_subscribed: false } })
    expect((await inbox(made.id))?.connection.last_error).toMatch(/connect it again/)
    expect(await credentials(made.id)).toBe(0)
    const old = signedRequest({ user_id: business.id, issued_at: Math.floor(Date.now() / 1000) - 600 })
    expect((await post('deauthorize', old)).status).toBe(200)

    const { id } = await system.api<{ id: number }>('POST', `/conversations/${conversation.id}/messages`, { content: 'for later' })
    const state = async () => (await listMessages(system, conversation.id)).find((message) => message.id === id)?.delivery.state
    await eventually(async () => (await state()) === 'held', 'the hold')

    expect(await connect(system, business.user_id)).toMatch(new RegExp(`/inboxes/${made.id}$`))
    expect((await post('deauthorize', old)).status).toBe(200)
    expect(await inbox(made.id)).toMatchObject({ connection: { state: 'connected', webhooks_subscribed: true } })
    await eventually(async () => (await state()) === 'accepted', 'the answer')
    expect((await listMessages(system, conversation.id)).map(({ content }) => content)).toContain('keep this')
  })

  test('and is named by the id that webhooks carry', async () => {
    const { business, inbox: made } = await written('by the other id')
    expect((await post('deauthorize', signedRequest({ user_id: business.user_id }))).status).toBe(200)
    expect(await inbox(made.id)).toMatchObject({ connection: { state: 'disconnected' } })
    expect(await tellings(made.id)).toBe(1)
  })

  test('and has its data deleted: people, conversations, messages, bodies; the owner can follow it', async () => {
    const staying = await written('stays here')
    const leaving = await written('has to go')
    const answer = await system.instagram.requestDataDeletion(leaving.business.user_id)
    expect(answer.status).toBe(200)
    const { url, confirmation_code } = JSON.parse(answer.body)
    expect(confirmation_code).toMatch(/^[a-z0-9]{16,}$/)
    expect(new URL(url).pathname).toBe(`/instagram/data_deletion/${confirmation_code}`)
    const page = async () => (await fetch(`${system.url}${new URL(url).pathname}`)).text()
    await eventually(async () => (await page()).includes('Your data is deleted'), 'the deletion')

    expect(await credentials(leaving.inbox.id)).toBe(0)
    expect(await inbox(leaving.inbox.id)).toMatchObject({
      name: leaving.business.username,
      provider_name: '',
      connection: { state: 'disconnected' },
    })
    expect((await listConversations(system)).map(({ id }) => id)).not.toContain(leaving.conversation.id)
    expect(await stored("select count(*) from messages where content = 'has to go'")).toBe(0)
    expect(await stored(`select count(*) from contact_inboxes where source_id = '${leaving.customer.igsid}'`)).toBe(0)
    expect(await stored("select count(*) from intake_bodies where convert_from(body, 'UTF8') like '%has to go%'")).toBe(0)
    expect(await stored("select count(*) from intake_events where payload::text like '%has to go%'")).toBe(0)
    expect((await listMessages(system, staying.conversation.id)).map(({ content }) => content)).toEqual(['stays here'])

    expect(await connect(system, leaving.business.user_id)).toMatch(new RegExp(`/inboxes/${leaving.inbox.id}$`))
  })

  test('with a repeated request: the same code, and nothing is deleted again', async () => {
    const { business, inbox: made, customer } = await written('one')
    const request = signedRequest({ user_id: business.id, issued_at: 1_700_000_000 })
    const ask = async () => (await (await post('data_deletion', request)).json()).confirmation_code
    const code = await ask()
    await eventually(
      async () => (await (await fetch(`${system.url}/instagram/data_deletion/${code}`)).text()).includes('is deleted'),
      'the deletion',
    )
    await connect(system, business.user_id)
    await system.instagram.write(customer.igsid, { text: 'two' })
    await eventually(
      async () => (await listConversations(system)).find((each) => each.contact_inbox.source_id === customer.igsid),
      'the conversation',
    )
    expect(await ask()).toBe(code)
    expect(await inbox(made.id)).toMatchObject({ connection: { state: 'connected' } })
    expect(await stored("select count(*) from messages where content = 'two'")).toBe(1)
  })

  test('unless the request is not Meta’s, or about nobody', async () => {
    const { business, inbox: made } = await written('still here')
    for (const path of ['deauthorize', 'data_deletion']) {
      const forged = await post(path, signedRequest({ user_id: business.id }, 'another secret'))
      expect([forged.status, (await forged.json()).code]).toEqual([401, 'notice.forged'])
      expect((await fetch(`${system.url}/instagram/${path}`, { method: 'POST' })).status).toBe(422)
      expect((await post(path, signedRequest({ user_id: '1' }))).status).toBe(200)
    }
    expect(await inbox(made.id)).toMatchObject({ connection: { state: 'connected' } })
    expect((await fetch(`${system.url}/instagram/data_deletion/nobody`)).status).toBe(404)
  })

  describe('because an administrator disconnects it', () => {
    const disconnect = (id: number) => system.api<InboxJson>('POST', `/inboxes/${id}/disconnect`)

    test('has no subscription and no token any more, keeps its history, and is connected again as the same inbox', async () => {
      const { business, inbox: made, conversation } = await written('before')
      expect(await disconnect(made.id)).toMatchObject({ id: made.id, connection: { state: 'disconnected', webhooks_subscribed: false } })
      expect((await system.instagram.business(business.user_id)).subscribed_fields).toEqual([])
      expect(await credentials(made.id)).toBe(0)
      expect(await disconnect(made.id)).toMatchObject({ connection: { state: 'disconnected' } })
      expect(await tellings(made.id)).toBe(1)
      expect((await listMessages(system, conversation.id)).map(({ content }) => content)).toEqual(['before'])
      expect(await connect(system, business.user_id)).toMatch(new RegExp(`/inboxes/${made.id}$`))
      expect((await system.instagram.business(business.user_id)).subscribed_fields).toContain('messages')
    })

    test('is free for another account, whose subscription a late end does not touch', async () => {
      const { business, inbox: made } = await written('mine')
      await system.instagram.addFault({
        match: { host: 'graph', method: 'DELETE', path: 'subscribed_apps' },
        times: 1,
        do: { status: 503, raw_body: '' },
      })
      expect(await disconnect(made.id)).toMatchObject({ connection: { state: 'disconnected' } })
      const tenant = await setUpTenant(system.platform, { account: 'Next shop', name: 'Nell', email: 'nell@next.example' })
      const user = createApi(system.url, tenant.token)
      const api: System['api'] = (method, path, body) => user(method, `/api/v1/accounts/${tenant.accountId}${path}`, body)
      expect(await connect({ ...system, api }, business.user_id)).toMatch(/agents$/)
      const ended = await disconnect(made.id)
      expect(ended.connection.state).toBe('disconnected')
      expect(await credentials(made.id)).toBe(0)
      expect((await system.instagram.business(business.user_id)).subscribed_fields).toContain('messages')
    })

    test('is refused for an inbox of the account’s own software, and for none', async () => {
      const { id } = await system.api<{ id: number }>('POST', '/inboxes', { name: 'Bridge', channel: { type: 'api' } })
      await expect(disconnect(id)).rejects.toThrow(/no account of a provider/)
      await expect(disconnect(987_654)).rejects.toThrow(/no such inbox/)
    })
  })
})
